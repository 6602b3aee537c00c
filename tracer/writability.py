"""Checks that files can be written, and the reasons of failures in words."""

from __future__ import annotations

import contextlib
import errno
import os
from typing import TYPE_CHECKING

from tracer.archives import refuse_archive
from tracer.errors import InputError, OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["check_file", "check_folder", "naming_option", "reasons"]

_REASONS = {
    errno.EACCES: "permission denied",
    errno.EDQUOT: "the disk quota is used up",
    errno.EEXIST: "a part of its path is not a folder",  # from mkdir
    errno.EFBIG: "the file would be too large",
    errno.EISDIR: "it is a folder",
    errno.ELOOP: "too many symbolic links",
    errno.ENAMETOOLONG: "the name is too long",
    errno.ENOENT: "no such folder",
    errno.ENOSPC: "the disk is full",
    errno.ENOTDIR: "a part of its path is not a folder",
    errno.EPERM: "permission denied",
    errno.EROFS: "the file system is read-only",
}


_DEVICES = ("/dev/fd", "/proc/")
"""Beginnings of folders with links to open files. ``/dev`` itself has such links, too."""


@contextlib.contextmanager
def reasons(path: Path) -> Iterator[None]:
    """Replace an OSError by an OutputError with ``path`` and a reason in words."""
    try:
        yield
    except OSError as error:
        reason = _REASONS.get(error.errno or 0) or (error.strerror or type(error).__name__).lower()
        raise OutputError(str(path), reason) from error


@contextlib.contextmanager
def naming_option(option: str) -> Iterator[None]:
    """Add ``option`` to an OutputError as the option that chooses another folder."""
    try:
        yield
    except OutputError as error:
        error.option = option
        raise


def check_folder(folder: Path) -> None:
    """Raise InputError or OutputError if no file can be written to ``folder``.

    A missing folder is not created. The check writes a file to the deepest existing folder, and removes it.
    """
    with reasons(folder):
        refuse_archive(folder)
        there = _deepest(folder.absolute())
        if not there.is_dir():
            raise InputError(str(there), "not a folder")
        trial = there / f".{os.urandom(8).hex()}.part"
        file = os.open(trial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.write(file, b"\n")
        finally:
            os.close(file)
            trial.unlink(missing_ok=True)


def check_file(path: Path) -> None:
    """Raise OutputError if ``path`` must not be replaced: it is a folder, a special file or read-only.

    Raise InputError if ``path`` is in an archive.
    """
    with reasons(path):
        refuse_archive(path.parent)
        folder = str(path.parent.absolute()) if path.is_symlink() else ""
        if folder == "/dev" or folder.startswith(_DEVICES):
            raise OutputError(str(path), "a file there stands for a device or a stream")
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, "it is a folder")
        if path.exists() and not path.is_file():
            raise OutputError(str(path), "it is no regular file, and would be replaced by one")
        if path.exists() and not path.is_symlink() and not os.access(path, os.W_OK):
            raise OutputError(str(path), "the file is read-only")


def _deepest(folder: Path) -> Path:
    """Return the deepest existing part of the path. A broken symbolic link exists, too."""
    for path in (folder, *folder.parents):
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            path.lstat()
            return path
    return folder
