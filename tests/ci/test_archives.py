"""The archives that ship, and the tool that makes them."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.ci.archives import MAX_SIZE, archive, main
from tests.recording.test_files import SMALL
from tests.shipped import RECORDINGS
from tracer import archives
from tracer.errors import LeakError
from tracer.recording import below

if TYPE_CHECKING:
    from pathlib import Path

ARCHIVES = sorted(RECORDINGS.glob("*.zip"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The recordings of a release with a diagram, journal, and second recordings."""
    for name in ("a.yaml", "b.yaml", "again/a.yaml", "a.mmd", "a.svg", ".journal/x.jsonl"):
        path = tmp_path / "recordings" / "zed" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(SMALL)
    return tmp_path / "recordings" / "zed"


def test_a_folder_becomes_an_archive(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(folder, tmp_path / "later" / "zed")
    main(["zed"], folder.parent)
    assert [path.name for path in folder.parent.iterdir()] == ["zed.zip"]
    made = folder.parent / "zed.zip"
    assert [str(path.relative_to(made)) for path in archives.files_in(made)] == [
        "a.yaml",
        "again/a.yaml",
        "b.yaml",
    ]
    size = made.stat().st_size
    assert capsys.readouterr().out == f"{made}: {size} bytes, 3 recordings\n"
    assert archive(tmp_path / "later" / "zed").read_bytes() == made.read_bytes()


def test_a_newer_recording_replaces_that_of_the_archive(folder: Path) -> None:
    archive(folder)
    folder.mkdir()
    for name in ("b.yaml", "c.yaml"):
        (folder / name).write_text(SMALL.replace("2022", "2026"))
    made = archive(folder)
    texts = {}
    for path in below([made]):
        with archives.open_text(path) as file:
            texts[path.relative_to(made).as_posix()] = "2026" in file.read()
    assert texts == {"a.yaml": False, "again/a.yaml": False, "b.yaml": True, "c.yaml": True}


def test_a_recording_with_a_secret_is_not_archived(folder: Path) -> None:
    (folder / "a.yaml").write_text(SMALL.replace("    url:", "    headers: {X-Auth-Token: kJ7xQ2}\n    url:"))
    with pytest.raises(LeakError):
        archive(folder)
    assert folder.is_dir()
    assert not folder.with_name("zed.zip").exists()


def test_a_large_archive_is_not_written(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.ci.archives.MAX_SIZE", 100)
    with pytest.raises(SystemExit, match=r"zed\.zip: \d+ bytes, more than 100$"):
        archive(folder)
    assert folder.is_dir()


@pytest.mark.parametrize("path", ARCHIVES, ids=lambda path: path.stem)
def test_the_shipped_archives_are_as_the_tool_makes_them(path: Path) -> None:
    assert path.stat().st_size <= MAX_SIZE
    files = {}
    for file in archives.files_in(path):
        with archives.open_file(file) as stream:
            files[file.relative_to(path).as_posix()] = stream.read()
    assert archives.pack(files) == path.read_bytes()
    assert [path / name for name in sorted(files)] == sorted(below([path]), key=str)


def test_the_seven_releases_between_the_oldest_and_the_newest_are_archives() -> None:
    assert len(ARCHIVES) == 7
    assert not [path for path in ARCHIVES if path.with_suffix("").exists()]
