import errno
import os
from pathlib import Path

import pytest

from tracer.errors import InputError, OutputError
from tracer.writability import check_folder, naming_option


def test_the_option_that_chooses_another_folder_is_named() -> None:
    with pytest.raises(OutputError) as caught, naming_option("--out"):
        check_folder(Path("/proc/missing"))
    assert str(caught.value) == "cannot write /proc/missing: no such folder (--out chooses another folder)"


def test_a_folder_that_takes_files_is_left_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "link").symlink_to("there")
    for folder in ("there", "link", "there/missing/deep"):
        check_folder(tmp_path / folder)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["link", "there"]


@pytest.mark.parametrize("path", ["file", "file/below/it", "nowhere", "nowhere/below/it"])
def test_what_is_no_folder_is_named(path: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "nowhere").symlink_to("missing")
    with pytest.raises(InputError) as caught:
        check_folder(tmp_path / path)
    assert str(caught.value) == f"{tmp_path / path.partition('/')[0]}: not a folder"


@pytest.mark.parametrize(
    ("folder", "reason"),
    [("/proc/missing/deep", "no such folder"), ("/tmp/" + "x" * 300, "the name is too long")],
)
def test_the_system_gives_the_reason(folder: str, reason: str) -> None:
    """To root, no folder is read-only; that of /proc takes no files from anybody."""
    with pytest.raises(OutputError) as caught:
        check_folder(Path(folder))
    assert str(caught.value) == f"cannot write {folder}: {reason}"


@pytest.mark.parametrize(
    ("call", "number", "reason"),
    [
        ("open", errno.EACCES, "permission denied"),
        ("open", errno.EROFS, "the file system is read-only"),
        ("write", errno.ENOSPC, "the disk is full"),
    ],
)
def test_a_folder_that_takes_no_file_is_refused(
    call: str, number: int, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, call, refuse)
    with pytest.raises(OutputError) as caught:
        check_folder(tmp_path)
    monkeypatch.undo()
    assert str(caught.value) == f"cannot write {tmp_path}: {reason}"
    assert not list(tmp_path.iterdir())
