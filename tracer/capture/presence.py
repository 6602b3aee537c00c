"""The mark of a process that keeps journals for a proxy: it may outlive it, and then has still to write.

A file beside the journals, for as long as the process lives: who recovers what a killed proxy
left behind waits for it.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import msgspec
import psutil

from tracer.capture.processes import runs
from tracer.output import write

__all__ = ["announce", "await_orphans", "withdraw"]

_PATIENCE = 30.0
"""Seconds that the process of a killed proxy is given to end."""


class _Mark(msgspec.Struct, frozen=True):
    """Processes, by their pid and start time."""

    writer: tuple[int, float]
    proxy: tuple[int, float]


def announce(journals: Path) -> None:
    """This process keeps journals there for its parent. Raises OutputError."""
    me = psutil.Process()
    proxy = psutil.Process(os.getppid())
    mark = _Mark((me.pid, me.create_time()), (proxy.pid, proxy.create_time()))
    write(_path(journals), msgspec.json.encode(mark).decode())


def withdraw(journals: Path) -> None:
    """This process keeps no journals there any more."""
    with contextlib.suppress(OSError):
        _path(journals).unlink(missing_ok=True)
        journals.rmdir()


def await_orphans(journals: Path) -> None:
    """Wait for others whose proxy is gone: what it had told them is in the journals then."""
    for path in set(journals.glob("*.writer")) - {_path(journals)}:
        try:
            mark = msgspec.json.decode(path.read_bytes(), type=_Mark)
        except (OSError, msgspec.DecodeError):
            continue
        if runs(mark.proxy):
            continue
        if runs(mark.writer):
            with contextlib.suppress(psutil.Error):
                psutil.Process(mark.writer[0]).wait(_PATIENCE)
        if not runs(mark.writer):
            path.unlink(missing_ok=True)


def _path(journals: Path) -> Path:
    return journals / f"{os.getpid()}.writer"
