"""What a verb loads before it does its work is what its user waits for."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.runner import TRACER, tracer
from tests.patience import PATIENCE

RECORDING = str(Path(__file__).parents[2] / "recordings" / "zed" / "image-show.yaml")

HEAVY = {
    "asyncio",
    "click",
    "dataclasses",
    "inspect",
    "jinja2",
    "mermaidx",
    "mitmproxy",
    "msgspec",
    "platformdirs",
    "psutil",
    "pydantic",
    "rich",
    "rich_argparse",
    "shtab",
    "tempfile",
    "typer",
    "yaml",
}

FILES_OF_REFERENCE = """
import sys

def look(event, arguments):
    if event == "open" and "api_reference" in str(arguments[0]) and str(arguments[0]).endswith(".json"):
        print("reference:", arguments[0], file=sys.stderr)

sys.addaudithook(look)
from tracer.cli import main
main()
"""

STOPPED_AT_THE_CLIENT = """
import os, sys

def look(event, arguments):
    if event == "subprocess.Popen":
        print(*arguments[1], file=sys.stderr)
        print(*sys.modules, flush=True)
        os._exit(0)

sys.addaudithook(look)
from tracer.cli import main
main()
"""


def run(*words: object) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, *map(str, words)]
    # A measurement of coverage would load its own modules.
    unmeasured = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    return subprocess.run(argv, capture_output=True, text=True, check=True, timeout=PATIENCE, env=unmeasured)


def test_help_without_a_terminal_loads_nothing_heavy() -> None:
    for words in (("--help",), ("record", "--help"), ("cloud", "up", "--help")):
        times = run("-X", "importtime", TRACER, *words).stderr
        loaded = {line.rpartition("|")[2].strip() for line in times.splitlines()}
        assert "tracer.cli.app" in loaded
        assert not loaded & HEAVY, words


READING = {"dataclasses", "inspect", "msgspec", "yaml"}
POLICY = {"inspect", "msgspec", "tempfile"}  # importlib.resources has the latter


@pytest.mark.parametrize(
    ("words", "allowed"),
    [
        (["show", RECORDING], {*READING, "rich"}),
        (["check", RECORDING], {*READING, "rich"}),
        (["diff", RECORDING, RECORDING], {*READING, *POLICY, "rich"}),
        (["scan", RECORDING], {*POLICY, "yaml"}),
        (["redact", RECORDING], {*READING, *POLICY}),
    ],
)
def test_a_verb_loads_what_it_needs(words: list[str], allowed: set[str]) -> None:
    times = run("-X", "importtime", TRACER, *words).stderr
    loaded = {line.rpartition("|")[2].strip() for line in times.splitlines()}
    assert "msgspec" in loaded
    assert loaded & HEAVY <= allowed
    # The policy is compiled where something is written or looked for.
    assert ("tracer.redaction" in loaded) == (allowed >= POLICY)


@pytest.mark.parametrize(
    ("words", "reads"),
    [
        (["scan", RECORDING], False),
        (["redact", RECORDING], False),
        (["diff", RECORDING, RECORDING], False),
        (["cloud", "list"], False),
        (["check", RECORDING], True),
    ],
)
def test_only_a_verb_that_needs_the_api_reference_reads_it(words: list[str], reads: bool) -> None:
    assert ("reference:" in run("-c", FILES_OF_REFERENCE, *words).stderr) == reads


def test_the_client_starts_before_anything_heavy_is_loaded(tmp_path: Path) -> None:
    # The first run makes the CA, for which it has to load mitmproxy.
    tracer("record", "--quiet", "--", "true", cwd=tmp_path, TRACER_CACHE=str(tmp_path))
    ended = subprocess.run(
        [
            sys.executable,
            "-c",
            STOPPED_AT_THE_CLIENT,
            "record",
            "--release",
            "zed",
            "--",
            "openstack",
            "--quiet",
        ],
        cwd=tmp_path,
        env={"TRACER_CACHE": str(tmp_path), "OS_CLOUD": "devstack"},
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE,
    )
    assert ended.stderr == "openstack --quiet\n"
    loaded = set(ended.stdout.split())
    assert "tracer.cli.record" in loaded
    assert not loaded & HEAVY
    assert not loaded & {"tracer.cli.demo", "tracer.cli.show", "tracer.cli.cloud"}
