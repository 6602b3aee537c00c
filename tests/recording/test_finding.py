"""Recordings in folders: all of them, and nothing else."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.recording.test_files import SMALL
from tracer.errors import InputError
from tracer.recording import below

if TYPE_CHECKING:
    from pathlib import Path


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
