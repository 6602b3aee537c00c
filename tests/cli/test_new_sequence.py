"""A new sequence file needs no change of code, in a folder with rules and in the catalogue."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cli.runner import tracer
from tracer.recording import load

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
RECORDING = ROOT / "tests/sequences/learning/cases/md-namespace-list-1.yaml"
SEQUENCE = """\
format: 2
name: image-metadef-namespace-list
command: openstack image metadef namespace list
title: {en: List metadata definitions, ko: 메타데이터 정의 목록 조회}
purpose: {en: Lists the namespaces of metadata definitions., ko: 메타데이터 정의의 이름공간을 나열한다.}
reference: https://docs.openstack.org/python-openstackclient/{release}/cli/command-objects/image-metadef.html
origin: {source: written}

exchanges:
- use: identity-versions
- use: login
- use: image-versions
- operation: image.list-namespaces
  id: list
  summary:
    en: The client fetches the namespaces.
    ko: 클라이언트가 이름공간을 받아 온다.
  request:
    en: Has the token of step {step:login}.
    ko: "{step:login}번의 토큰을 보낸다."
"""


@pytest.fixture(params=["rules", "catalogue"])
def run(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Return a function that runs a verb of a tracer that knows the sequence."""
    if request.param == "rules":
        (tmp_path / "rules/sequences").mkdir(parents=True)
        (tmp_path / "rules/sequences/any-name.yaml").write_text(SEQUENCE, "utf-8")
        return lambda *words: tracer(*words, "--rules", tmp_path / "rules", COLUMNS="200")
    # A copy of the package, so that the file is one of its catalogue.
    shutil.copytree(ROOT / "tracer", tmp_path / "copy/tracer", ignore=shutil.ignore_patterns("__pycache__"))
    added = tmp_path / "copy/tracer/sequences/catalog/image-metadef-namespace-list.yaml"
    added.write_text(SEQUENCE, "utf-8")

    def run_copy(*words: object) -> subprocess.CompletedProcess[str]:
        script = "import sys; from tracer.cli import main; sys.exit(main())"
        return subprocess.run(
            [sys.executable, "-c", script, *map(str, words)],
            cwd=tmp_path / "copy",
            env={**os.environ, "COLUMNS": "200"},
            capture_output=True,
            text=True,
            check=False,
        )

    return run_copy


def test_a_new_sequence_is_found_documented_and_checked(
    run: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    assert "image-metadef-namespace-list" in run("sequences", "list").stdout
    shown = run("sequences", "show", "image-metadef-namespace-list").stdout
    assert "/v2/metadefs/namespaces" in shown

    path = tmp_path / "md-namespace-list.yaml"
    shutil.copy(RECORDING, path)
    assert run("label", path).returncode == 0
    labelled = load(path)
    assert (labelled.sequence, labelled.verdict) == ("image-metadef-namespace-list", "conforms")
    assert [exchange.steps for exchange in labelled.exchanges] == [[1, 2], [3, 4], [5, 6], [7, 8]]
    checked = run("check", path)
    assert checked.returncode == 0, checked.stderr
    assert "conforms" in checked.stdout

    documented = run("docs", path, "-o", tmp_path / "site", "--lang", "ko")
    assert documented.returncode == 0, documented.stderr
    text = "".join(page.read_text("utf-8") for page in (tmp_path / "site").rglob("*.md"))
    for words in (
        "메타데이터 정의의 이름공간을 나열한다.",
        "클라이언트가 이름공간을 받아 온다.",
        "4번의 토큰을 보낸다.",
    ):
        assert words in text
