"""A file of another kind than a reader expects is named by its kind."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tracer.comparison.baseline import load_baseline
from tracer.errors import InputError
from tracer.formats import yaml_text
from tracer.formats.data_files import read_rules
from tracer.formats.file_kinds import expecting, file_kinds, kinds_of
from tracer.matrix.suites import load as load_suite
from tracer.recording import load as load_recording
from tracer.redaction import load_policy
from tracer.schemas import FORMATS
from tracer.sequences import load as load_sequence

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
EXAMPLES: Any = yaml_text.load((ROOT / "tests/schemas/examples.yaml").read_text("utf-8"), "examples.yaml")
TEXTS = {
    **{name: json.dumps(example) for name, example in EXAMPLES.items()},
    "policy": 'format = 1\n\n[[headers]]\nkind = "token"\n',
    "site": '{"format": 1, "files": {}}',
    "diagram": "---\ntitle: a\n---\n%% a comment\nsequenceDiagram\n  a->>b: c\n",
    "picture": '<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>\n',
    "page": "<!DOCTYPE html>\n<title>a</title>\n",
    "mkdocs": "site_name: a\n",
    "junit": '<?xml version="1.0"?>\n<testsuites/>\n',
    "sarif": '{"$schema": "a", "version": "2.1.0", "runs": []}',
    "report": '{"format": 1, "conforming": 0, "recordings": []}',
    "har": '{\n\t"log": {\n\t\t"version": "1.2"',
    "flows": "3522:9:websocket;0:~8:response;",
    "clouds": "clouds:\n  a: {}\n",
    "archive": "PK\x03\x04\x00",
}
NAMES = {"defaults": "tracer.toml", "markdown": "a.md", "policy": "a.toml"}
READERS: dict[str, Callable[[Path], object]] = {
    "recording": load_recording,
    "sequence": load_sequence,
    "suite": load_suite,
    "baseline": load_baseline,
    "policy": load_policy,
}


def file_of(kind: str, folder: Path) -> Path:
    path = folder / NAMES.get(kind, "file")
    path.write_text(TEXTS.get(kind, "a = 1\n"), "utf-8", newline="")
    return path


@pytest.mark.parametrize("kind", [kind.name for kind in file_kinds()])
def test_a_file_of_each_kind_is_recognised(kind: str, tmp_path: Path) -> None:
    fitting = [kind.name for kind in kinds_of(file_of(kind, tmp_path))]
    assert fitting == (["calls", "discovery"] if kind in ("calls", "discovery") else [kind])


def test_each_format_of_tracer_is_a_kind() -> None:
    assert {*FORMATS, "defaults"} <= {kind.name for kind in file_kinds()}


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("recordings/zed/image-show.yaml", "recording"),
        ("recordings/zed/image-show.mmd", "diagram"),
        ("recordings/zed/image-show.svg", "picture"),
        ("recordings/changes.md", "markdown"),
        ("tracer/redaction/policy.toml", "policy"),
        ("tracer/sequences/catalog/image-show.yaml", "sequence"),
        ("tests/runs/stored/one-command.mitm", "flows"),
        ("tests/runs/stored/three-commands.har", "har"),
        ("pyproject.toml", None),
        ("mkdocs.yml", "mkdocs"),
        (".pre-commit-config.yaml", None),
        ("LICENSE", None),
        ("tests", None),
        ("no-such-file", None),
    ],
)
def test_files_of_the_repository(path: str, kind: str | None) -> None:
    assert next((fitting.name for fitting in kinds_of(ROOT / path)), None) == kind


@pytest.mark.parametrize("expected", READERS)
@pytest.mark.parametrize("kind", [kind.name for kind in file_kinds()])
def test_a_reader_names_the_kind_of_a_wrong_file(kind: str, expected: str, tmp_path: Path) -> None:
    path = file_of(kind, tmp_path)
    if kind == expected:
        if kind != "policy":
            READERS[expected](path)
        return
    nouns = {kind.name: kind.noun for kind in file_kinds()}
    with pytest.raises(InputError) as caught:
        READERS[expected](path)
    named = "calls" if kind == "discovery" else kind
    assert str(caught.value).startswith(f"{path}: it is {nouns[named]}, not {nouns[expected]}; ")


def test_a_faulty_file_of_the_right_kind_keeps_its_error(tmp_path: Path) -> None:
    path = tmp_path / "discovery.yaml"
    path.write_text("- {to: keystone, method: GET, path: /, statuss: 300}\n", "utf-8")
    with pytest.raises(InputError) as caught:
        read_rules(path, FORMATS["discovery"])
    assert caught.value.location == "[0]"


@pytest.mark.parametrize(
    "text",
    [
        "rules:\n- {apiGroups: [''], verbs: [get]}\n",
        "app: {label: a}\n",
        "[paths]\nsource = 'a'\n[fields]\n",
        "version: 2\nruns: {using: composite}\n",
        "kinds: [Pod]\n",
    ],
)
def test_a_file_of_strangers_has_no_kind(text: str, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text(text, "utf-8")
    assert kinds_of(path) == []


@pytest.mark.parametrize(
    "text",
    ["%" * 200_000, "%%\n" * 80_000, "---\n" * 60_000, "<!--" * 60_000, "[" * 250_000, "{a: " * 60_000,
     "a." * 100_000 + "a = 1\n", "[" + "a." * 100_000 + "a]\n", "<?xml " * 40_000],
    ids=range(9),
)  # fmt: skip
def test_a_hostile_file_is_judged_at_once(text: str, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text(text, "utf-8")
    began = time.process_time()
    assert kinds_of(path) == []
    assert time.process_time() - began < 2


def test_an_error_about_another_file_stays(tmp_path: Path) -> None:
    path = file_of("baseline", tmp_path)
    with pytest.raises(InputError, match=r"^other: a fault$"), expecting("recording", path):
        raise InputError("other", "a fault")
