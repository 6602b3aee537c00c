"""The folder with all files of the embedded clouds, and locks on parts of it."""

from __future__ import annotations

import errno
import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from tracer.cache_folder import cache_folder
from tracer.errors import CloudError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Progress", "folder", "locked", "private_folder", "silent"]

Progress = Callable[[str], None]

_ATTEMPTS = 5
_PAUSE = 0.01


def silent(_line: str) -> None:
    """Ignore a line of progress."""


def folder(given: Path | None = None) -> Path:
    """Return the cache folder: ``given``, else ``TRACER_CACHE``, else a folder in the user's cache folder.

    A missing folder is created. Raises CloudError if the folder cannot be created or written to.
    """
    path = cache_folder(given)
    private_folder(path)
    if not os.access(path, os.W_OK | os.X_OK):
        raise CloudError(f"cannot write to the cache folder {path}")
    return path


def private_folder(path: Path) -> Path:
    """Create the folder ``path`` and its missing parents for the owner only, and return ``path``.

    Raises CloudError if that fails.
    """
    try:
        for part in reversed([path, *path.parents]):
            if not part.exists():
                part.mkdir(mode=0o700, exist_ok=True)
        if not path.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, "it is not a folder")
    except OSError as error:
        raise CloudError(f"cannot make the folder {path}: {error.strerror}") from None
    return path


@contextmanager
def locked(cache: Path, name: str, progress: Progress) -> Iterator[None]:
    """Hold the lock ``name`` of the cache folder. Report to ``progress`` if another process delays this."""
    path = private_folder(cache / "locks") / name
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not _taken_soon(handle):
            progress(f"waiting for another process that works on {name}")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _taken_soon(handle: int) -> bool:
    # A service holds the lock for some microseconds to see if the cloud is traced. Do not report this.
    for _ in range(_ATTEMPTS):
        with suppress(BlockingIOError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        time.sleep(_PAUSE)
    return False
