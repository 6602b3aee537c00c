"""Typical mistakes at every verb: exit code 2, and one line that names the thing and the remedy."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING

import pytest

from tests.cli.known_names import without_names
from tests.recording.test_files import SMALL
from tracer.cli import app

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

FILES = (
    "none.yaml",
    "empty",
    "bin.yaml",
    "empty.yaml",
    "torn.yaml",
    "text.yaml",
    "suite.yaml",
    "x.mmd",
    "page.html",
)
READERS = ("show", "diagram", "view", "learn", "redact", "docs -o site", "diff a.yaml")
OTHERS = (
    "show --step 99 a.yaml",
    "show --step x a.yaml",
    "check empty",
    "check none.yaml",
    "check a.yaml none.yaml --format junit",
    "check --sequence a.yaml a.yaml",
    "check --add-sequence x.mmd a.yaml",
    "check --sequence nope a.yaml",
    "check --sequence text.yaml a.yaml",
    "check --format xml a.yaml",
    "api coverage",
    "api coverage empty",
    "api coverage none.yaml",
    "api coverage text.yaml",
    "api coverage a.yaml --service nope",
    "api coverage a.yaml --release 2026.2",
    "api coverage a.yaml --lang xx",
    "api disagreements",
    "api disagreements none.yaml",
    "api disagreements text.yaml --no-schemas",
    "api disagreements a.yaml -o a.yaml",
    "api disagreements a.yaml --lang xx",
    "label empty",
    "label none.yaml",
    "label --sequence nope a.yaml",
    "scan",
    "scan empty",
    "scan none",
    "scan a.yaml --exclude *.yaml",
    "scan a.yaml --exclude ''",
    "scan a.yaml --policy baseline.yaml",
    "scan a.yaml empty",
    "scan a.yaml --policy none.toml",
    "redact a.yaml --policy policy.toml",
    "diagram a.yaml -o x.gif",
    "diagram a.yaml -o file/x.svg",
    "diagram a.yaml --theme dark",
    "diagram a.yaml --lang xx",
    "view a.yaml -o x.txt",
    "view a.yaml -o folder.html",
    "diff a.yaml",
    "diff baseline.yaml a.yaml",
    "diff a.yaml a.yaml --baseline suite.yaml",
    "diff zed 2099.1",
    "diff a.yaml folder.html",
    "diff a.yaml a.yaml --baseline text.yaml",
    "diff a.yaml a.yaml --fail-on major",
    "docs a.yaml",
    "docs a.yaml -o file",
    "docs a.yaml -o .",
    "docs a.yaml -o site --release zedd",
    "learn a.yaml -o a.yaml",
    "recover none",
    "recover file",
    "record",
    "record -- no-such-client",
    "record --release zed -- openstack image list",
    "record --release zedd -- true",
    "record --client nope -- openstack image list",
    "record --out file -- true",
    "record --participants x -- true",
    "record --diagram gif -- true",
    "matrix",
    "matrix --releases nope",
    "matrix --releases 2026.2..zed",
    "matrix --releases zed --suite nope",
    "matrix --suites image",
    "matrix --releases zed --suite none.yaml",
    "matrix --releases zed --suite x.mmd",
    "matrix --releases zed --jobs 0",
    "cloud up nope",
    "cloud up zed --host x",
    "cloud up --port 99999",
    "cloud up --prt 1",
    "cloud env",
    "cloud env zed",
    "cloud down nope",
    "sequences show nope",
    "sequences show --formt yaml image-show",
    "sequences show policy.toml",
    "sequences list --lang xx",
    "schema nope",
    "completion tcsh",
    "demo --release nope",
    "proxy --limit x",
    "show --rules none a.yaml",
    "shwo a.yaml",
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "a.yaml").write_text(SMALL)
    (tmp_path / "bin.yaml").write_bytes(b"\x00\x01\xff\xfe\x80")
    (tmp_path / "empty.yaml").touch()
    (tmp_path / "torn.yaml").write_text("format: [1\n")
    (tmp_path / "text.yaml").write_text("just: text\n")
    (tmp_path / "policy.toml").write_text("format = 1\n[[patterns]]\nname = 1\n")
    (tmp_path / "suite.yaml").write_text("name: a\ncommands: []\n")
    (tmp_path / "baseline.yaml").write_text("format: 1\naccepted: []\n")
    (tmp_path / "x.mmd").write_text("sequenceDiagram\n")
    (tmp_path / "page.html").write_text("<!doctype html>\n")
    (tmp_path / "file").write_text("x\n")
    (tmp_path / "empty").mkdir()
    (tmp_path / "folder.html").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TRACER_CACHE", str(tmp_path / "cache"))
    for name in ("OS_AUTH_URL", "OS_CLOUD", "OS_ENDPOINT", "OS_CLIENT_CONFIG_FILE", "TRACER_RULES"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.mark.parametrize("line", [*(f"{verb} {name}" for verb in READERS for name in FILES), *OTHERS])
def test_a_mistake_is_one_line_with_the_remedy(
    line: str,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    snapshot: SnapshotAssertion,
) -> None:
    before = {path.relative_to(folder) for path in folder.rglob("*")}
    monkeypatch.setattr(sys, "argv", ["tracer", *shlex.split(line)])
    assert app._run() == 2
    printed = capsys.readouterr().err
    assert printed.count("\n") == 1
    assert printed.startswith("tracer")
    assert without_names(printed.replace(f"{folder}/", "")) == snapshot
    after = {path.relative_to(folder) for path in folder.rglob("*")}
    assert {path for path in after - before if path.parts[0] != "cache"} == set()
