"""The archives that ship, and the tool that makes them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.ci.archives import MAX_SIZE, READABLE, main, take
from tests.recording.test_files import SMALL
from tests.shipped import RECORDINGS
from tracer import archives
from tracer.cloud.release_data import releases
from tracer.errors import LeakError
from tracer.recording import below

if TYPE_CHECKING:
    from pathlib import Path

ARCHIVES = sorted(RECORDINGS.glob("*.zip"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The recordings of a command and of a request, both twice, with diagrams and a journal."""
    request = re.sub("command: .*", "command: GET /v2/images", SMALL)
    for name, text in {"a": SMALL, "again/a": SMALL, "b": request, "again/b": request}.items():
        path = tmp_path / "matrix" / "zed" / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.with_suffix(".mmd").write_text("sequenceDiagram")
    (tmp_path / "matrix" / "zed" / ".journal").mkdir()
    return tmp_path / "matrix" / "zed"


def names(archive: Path) -> list[str]:
    return [path.relative_to(archive).as_posix() for path in archives.files_in(archive)]


def test_recordings_become_an_archive(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(folder.parent, ["zed"], tmp_path / "recordings")
    (archive,) = (path for path in (tmp_path / "recordings").iterdir() if path.is_file())
    assert names(archive) == ["again/a.yaml", "again/b.yaml", "b.yaml"]
    readable = tmp_path / "recordings" / "zed"
    assert sorted(path.name for path in readable.iterdir()) == ["a.mmd", "a.yaml"]
    assert (readable / "a.yaml").read_text() == SMALL
    assert capsys.readouterr().out == f"{archive}: {archive.stat().st_size} bytes, 3 recordings\n"
    again = take(folder, tmp_path / "later" / "zed", readable=True)
    assert again.read_bytes() == archive.read_bytes()


def test_a_release_in_between_is_an_archive_alone(folder: Path, tmp_path: Path) -> None:
    archive = take(folder, tmp_path / "recordings" / "2025.1", readable=False)
    assert names(archive) == ["a.yaml", "again/a.yaml", "again/b.yaml", "b.yaml"]
    assert [*archive.parent.iterdir()] == [archive]


def test_a_newer_recording_replaces_that_of_the_archive(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "recordings" / "2025.1"
    take(folder, target, readable=False)
    for path in folder.rglob("*.yaml"):
        path.unlink()
    for name in ("b.yaml", "c.yaml"):
        (folder / name).write_text(SMALL.replace("2022", "2026"))
    made = take(folder, target, readable=False)
    texts = {}
    for path in below([made]):
        with archives.open_text(path) as file:
            texts[path.relative_to(made).as_posix()] = "2026" in file.read()
    assert texts == {
        "a.yaml": False,
        "again/a.yaml": False,
        "again/b.yaml": False,
        "b.yaml": True,
        "c.yaml": True,
    }


def test_a_recording_is_readable_or_in_the_archive(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "recordings" / "zed"
    archive = take(folder, target, readable=False)
    take(folder, target, readable=True)
    assert names(archive) == ["again/a.yaml", "again/b.yaml", "b.yaml"]
    (folder / "a.mmd").rename(folder / "a-part1.mmd")
    take(folder, target, readable=True)
    assert sorted(path.name for path in target.iterdir()) == ["a-part1.mmd", "a.yaml"]
    take(folder, target, readable=False)
    assert names(archive) == ["a.yaml", "again/a.yaml", "again/b.yaml", "b.yaml"]
    assert [*target.iterdir()] == []


def test_a_recording_with_a_secret_is_not_taken(folder: Path, tmp_path: Path) -> None:
    (folder / "a.yaml").write_text(SMALL.replace("    url:", "    headers: {X-Auth-Token: kJ7xQ2}\n    url:"))
    with pytest.raises(LeakError):
        take(folder, tmp_path / "zed", readable=False)
    assert not (tmp_path / "zed.zip").exists()


def test_a_large_archive_is_not_written(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.ci.archives.MAX_SIZE", 100)
    with pytest.raises(SystemExit, match=r"zed\.zip: \d+ bytes, more than 100$"):
        take(folder, tmp_path / "zed", readable=False)
    assert not (tmp_path / "zed.zip").exists()


@pytest.mark.parametrize("path", ARCHIVES, ids=lambda path: path.stem)
def test_the_shipped_archives_are_as_the_tool_makes_them(path: Path) -> None:
    assert path.stat().st_size <= MAX_SIZE
    files = {}
    for file in archives.files_in(path):
        with archives.open_file(file) as stream:
            files[file.relative_to(path).as_posix()] = stream.read()
    assert archives.pack(files) == path.read_bytes()
    assert [path / name for name in sorted(files)] == sorted(below([path]), key=str)


def test_a_release_in_between_is_an_archive_alone_here_too() -> None:
    assert {path.stem for path in ARCHIVES} == {*releases()}
    folders = {path.stem for path in ARCHIVES if path.with_suffix("").exists()}
    assert folders == {*READABLE}
