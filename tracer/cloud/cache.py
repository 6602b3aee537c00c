"""The one folder that holds everything of the embedded clouds, and the locks on parts of it."""

from __future__ import annotations

import errno
import fcntl
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tracer.errors import CloudError

__all__ = ["Progress", "folder", "locked", "private_folder", "silent"]

Progress = Callable[[str], None]

_ATTEMPTS = 5
_PAUSE = 0.01


def silent(_line: str) -> None:
    """The progress of those who want none."""


def folder(given: Path | None = None) -> Path:
    """The cache folder: the given one, else ``TRACER_CACHE``, else the user's cache folder; made if needed.

    Raises CloudError if it cannot be made or written to.
    """
    chosen = given or os.environ.get("TRACER_CACHE") or _users_caches() / "openstack-tracer"
    path = Path(chosen).expanduser().absolute()
    private_folder(path)
    if not os.access(path, os.W_OK | os.X_OK):
        raise CloudError(f"cannot write to the cache folder {path}")
    return path


def _users_caches() -> Path:
    """As platformdirs has it, which would take 5 ms of each command that is recorded."""
    if sys.platform == "darwin":
        return Path("~/Library/Caches")
    # As the XDG base directory specification has it: a path that is not absolute does not count.
    chosen = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return chosen if chosen.is_absolute() else Path("~/.cache")


def private_folder(path: Path) -> Path:
    """Make ``path``, and what is missing above it, for its owner only. Raises CloudError if that fails."""
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
    """Hold the lock ``name`` of the cache folder; while another process has it, wait and say so."""
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
    # A service that looks whether the cloud is traced holds the lock for some microseconds.
    for _ in range(_ATTEMPTS):
        with suppress(BlockingIOError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        time.sleep(_PAUSE)
    return False
