"""Outputs of verbs: none replaces a file that is read, and none is a device."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.runner import tracer

ROOT = Path(__file__).parents[2]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a folder with two sides of recordings, rules, a sequence, and defaults."""
    for side, release in (("a", "zed"), ("b", "2026.2")):
        (tmp_path / side / "again").mkdir(parents=True)
        shipped = ROOT / "recordings" / release
        for folder in (".", "again"):
            shutil.copy(shipped / "image-show.yaml", tmp_path / side / folder / "image-show.yaml")
    shutil.copy(ROOT / "recordings/zed/user-list.yaml", tmp_path / "a" / "user-list.yaml")
    shutil.copy(tmp_path / "a" / "image-show.yaml", tmp_path / "x-part1.yaml")
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "severities.yaml").write_text("rules: []\n")
    shutil.copy(ROOT / "tracer/sequences/catalog/image-show.yaml", tmp_path / "seq.yaml")
    (tmp_path / "tracer.toml").write_text('lang = "en"\n')
    return tmp_path


@pytest.mark.parametrize(
    "words",
    [
        "diff a b --format text -o a/again/image-show.yaml",
        "diff a b --format text -o a/user-list.yaml",
        "diff a b --format text --rules rules -o rules/severities.yaml",
        "diff a b --format text -o tracer.toml",
        "diagram a/image-show.yaml --add-sequence seq.yaml --format mmd -o seq.yaml",
        "diagram a/image-show.yaml --format mmd -o tracer.toml",
        "diagram x-part1.yaml --format mmd -o x.yaml",
        "view a/image-show.yaml --rules rules -o link.html",
    ],
)
def test_no_output_replaces_a_file_that_is_read(words: str, home: Path) -> None:
    (home / "link.html").symlink_to("rules/severities.yaml")
    before = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    ended = tracer(*words.split(), cwd=home)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "which is read" in ended.stderr or "is what is read" in ended.stderr
    assert {path: path.read_bytes() for path in home.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("output", ["", "/", "..", "/dev/stdout"])
@pytest.mark.parametrize("verb", ["diff a b --format text", "diagram a/image-show.yaml --format mmd"])
def test_an_output_that_is_no_file_is_one_line(verb: str, output: str, home: Path) -> None:
    target = Path("/dev/stdout").readlink()
    ended = tracer(*verb.split(), "-o", output, cwd=home)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.count("\n") == 1
    assert Path("/dev/stdout").readlink() == target
