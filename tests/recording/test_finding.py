"""Recordings in folders: all of them, and nothing else."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.recording.test_files import SMALL
from tracer import archives
from tracer.errors import InputError
from tracer.recording import below, editable, folders_of, load, loads, named, second


def test_all_recordings_below_a_folder_in_order(tmp_path: Path) -> None:
    for name in ("zed/b.yaml", "zed/a.yaml", "2026.2/c.yaml", ".journal/d.yaml", "zed/.e.yaml", "zed/f.mmd"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(SMALL)
    (tmp_path / "mkdocs.yaml").write_text("site_name: x\n")
    (tmp_path / "baseline.yaml").write_text("format: 1\naccepted: []\n")
    (tmp_path / "torn.yaml").write_text("format: [1")
    (tmp_path / "empty.yaml").write_text("")
    (tmp_path / "gone.yaml").symlink_to(tmp_path / "nothing")
    found = [str(path.relative_to(tmp_path)) for path in below([tmp_path])]
    assert found == ["empty.yaml", "gone.yaml", "torn.yaml", "2026.2/c.yaml", "zed/a.yaml", "zed/b.yaml"]


def test_what_is_no_file_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "blank.yaml").write_text(" \n")
    assert below([tmp_path]) == [tmp_path / "blank.yaml", tmp_path / "pipe.yaml"]


@pytest.mark.parametrize("blank", ["\n", "\r\n \t"])
def test_blank_lines_are_read_once(tmp_path: Path, blank: str) -> None:
    (tmp_path / "blank.yaml").write_text("x" + blank * 50_000 + "format")
    (tmp_path / "recording.yaml").write_text("x: 1" + blank * 50_000 + "\nformat : 2\n")
    start = time.process_time()
    assert below([tmp_path]) == [tmp_path / "recording.yaml"]
    assert time.process_time() - start < 2


def test_files_are_taken_as_they_are_and_each_once(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(SMALL)
    other = tmp_path / "notes.txt"
    other.touch()
    assert below([other, tmp_path, path, other]) == [other, path]


def test_a_missing_path_is_an_error_before_any_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("no recording")
    with pytest.raises(InputError, match=r"none\.yaml: No such file or directory$"):
        below([path, tmp_path / "none.yaml"])


def test_a_folder_without_recordings_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no recording in this folder"):
        below([tmp_path])


@pytest.mark.parametrize(
    "content",
    [
        "name: x\ncommand: openstack x\nexchanges:\n- id: a\n  format: 1\n",
        "name: x\nexchanges:\n- id: a\n  format: 1\n",  # not complete yet, and no kind
        "texts:\n  format: 1\n",
        "- format: 1\n",
    ],
)
def test_a_format_inside_a_file_is_not_that_of_a_recording(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.yaml").write_text(SMALL)
    (tmp_path / "other.yaml").write_text(content)
    assert below([tmp_path]) == [tmp_path / "a.yaml"]


@pytest.mark.parametrize("content", ["x: [1\nformat: 1\n", f"x: {'y' * 300_000}\nformat: 1\n"])
def test_a_file_is_taken_in_doubt(tmp_path: Path, content: str) -> None:
    (tmp_path / "other.yaml").write_text(content)
    assert below([tmp_path]) == [tmp_path / "other.yaml"]


@pytest.mark.parametrize(
    "head", ["\ufeffformat: 1\n", '{"format": 1}', "# x\rformat: 1\r", "'format': 1\n", "\n  format : 1"]
)
def test_a_recording_is_found_in_whatever_style(tmp_path: Path, head: str) -> None:
    (tmp_path / "a.yaml").write_bytes(head.encode())
    (tmp_path / "other.yaml").write_text("name: image-show\ninformat: 1\n")
    assert below([tmp_path]) == [tmp_path / "a.yaml"]


def _tree(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(SMALL)
    return folder


def _archived(folder: Path) -> Path:
    """Move the files of a folder into the archive beside it."""
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    archive = folder.with_name(f"{folder.name}.zip")
    archive.write_bytes(archives.pack({name: path.read_bytes() for name, path in files.items()}))
    shutil.rmtree(folder)
    return archive


files = st.lists(
    st.lists(st.sampled_from(["again", "client-zed", ".journal", "a", "b"]), max_size=2).flatmap(
        lambda folders: st.sampled_from(
            ["a.yaml", "b.yaml", ".c.yaml", "d.mmd", "e.svg", "sequence.yaml"]
        ).map(lambda name: "/".join([*folders, name]))
    ),
    min_size=1,
    unique=True,
)
CONTENTS = {
    "sequence.yaml": "name: x\ncommand: openstack x\nexchanges:\n- id: a\n  format: 1\n",
    "e.svg": "<svg/>",
}


@given(files, st.booleans())
def test_an_archive_has_the_recordings_of_the_folder_it_was_made_from(names: list[str], again: bool) -> None:
    with TemporaryDirectory() as temporary:
        folder = _tree(Path(temporary, "recordings", "zed"), "last.yaml", *names)
        for name in names:
            (folder / name).write_text(CONTENTS.get(Path(name).name, SMALL))
        in_folder = below([folder.parent], again=again)
        by_name = named([folder])
        seconds = {path: second(path) for path in in_folder}
        archive = _archived(folder)

        def moved(path: Path) -> Path:
            return archive / path.relative_to(folder)

        assert below([folder.parent], again=again) == [moved(path) for path in in_folder]
        assert below([archive], again=again) == [moved(path) for path in in_folder]
        assert named([archive]) == {name: moved(path) for name, path in by_name.items()}
        for path, other in seconds.items():
            assert second(moved(path)) == (other and moved(other))
            assert load(moved(path)) == loads(SMALL, "")


def test_a_folder_and_its_archive_are_one(tmp_path: Path) -> None:
    archive = _archived(_tree(tmp_path / "zed", "a.yaml", "b.yaml", "again/a.yaml", "again/b.yaml"))
    folder = _tree(tmp_path / "zed", "b.yaml", "again/b.yaml", "c.yaml")
    found = [folder / "b.yaml", folder / "c.yaml", archive / "a.yaml"]
    assert folders_of(folder) == (folder, archive)
    assert below([tmp_path], again=False) == found
    assert below([archive, folder], again=False) == [found[2], *found[:2]]
    assert below(folders_of(folder), again=False) == found
    assert list(named((folder, archive)).items()) == [
        ("a", archive / "a.yaml"),
        ("b", folder / "b.yaml"),
        ("c", folder / "c.yaml"),
    ]
    assert below([archive], again=False) == [archive / "a.yaml", archive / "b.yaml"]
    assert below([archive / "again"]) == [archive / "again" / "a.yaml", archive / "again" / "b.yaml"]
    # Each name in both is the folder's, also of second recordings.
    assert second(archive / "a.yaml") == archive / "again" / "a.yaml"
    assert second(archive / "b.yaml") == folder / "again" / "b.yaml"
    assert second(folder / "c.yaml") is None
    (folder / "again" / "b.yaml").unlink()
    assert second(folder / "b.yaml") == archive / "again" / "b.yaml"


def test_a_damaged_archive_is_found_and_hides_no_other_recording(tmp_path: Path) -> None:
    _tree(tmp_path, "a.yaml", "zed/b.yaml")
    damaged = tmp_path / "zed.zip"
    damaged.write_text("no archive")
    assert below([tmp_path]) == [tmp_path / "a.yaml", damaged, tmp_path / "zed" / "b.yaml"]
    assert second(tmp_path / "zed" / "b.yaml") is None
    with pytest.raises(InputError, match="not a zip archive"):
        named([damaged])


def test_an_archive_without_recordings(tmp_path: Path) -> None:
    (tmp_path / "notes.zip").write_bytes(archives.pack({"readme.txt": b"", "site.yaml": b"site_name: x\n"}))
    _tree(tmp_path, "a.yaml")
    assert below([tmp_path]) == [tmp_path / "a.yaml"]
    with pytest.raises(InputError, match="no recording in this archive"):
        below([tmp_path / "notes.zip"])


def test_recordings_in_an_archive_are_not_editable(tmp_path: Path) -> None:
    folder = _tree(tmp_path / "zed", "a.yaml")
    assert editable([tmp_path]) == [folder / "a.yaml"]
    archive = _archived(folder)
    for path in (tmp_path, archive, archive / "a.yaml"):
        with pytest.raises(
            InputError, match="which tracer only reads; unpack it first: python3 -m zipfile"
        ) as it:
            editable([path])
        assert it.value.source == str(archive)


def test_an_archive_of_second_recordings_stands_beside_its_folder(tmp_path: Path) -> None:
    (tmp_path / "zed").mkdir()
    (tmp_path / "zed" / "a.yaml").write_text(SMALL)
    (tmp_path / "zed.zip").write_bytes(archives.pack({"again/a.yaml": SMALL.encode()}))
    sides = folders_of(tmp_path / "zed")
    assert named(sides) == {"a": tmp_path / "zed" / "a.yaml"}
    assert below(sides, again=False) == [tmp_path / "zed" / "a.yaml"]
    assert second(tmp_path / "zed" / "a.yaml") == tmp_path / "zed.zip" / "again" / "a.yaml"
    with pytest.raises(InputError, match="no recording in this archive"):
        below([tmp_path / "zed.zip"], again=False)


def test_a_missing_folder_with_an_archive_is_named(tmp_path: Path) -> None:
    archive = _archived(_tree(tmp_path / "zed", "a.yaml"))
    with pytest.raises(InputError, match=f"No such file or directory; there is {archive}$"):
        below([tmp_path / "zed"])
