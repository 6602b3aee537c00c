"""The mark of a process that keeps journals for a proxy: it may outlive it, and then has still to write.

A file beside the journals, for as long as the process lives: who recovers what a killed proxy
left behind waits for it.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path

import msgspec

from tracer.output import write
from tracer.processes import ProcessIdentity, identify, is_alive, wait

__all__ = ["announce", "await_orphans", "withdraw"]

_PATIENCE = 30.0
"""Seconds that the process of a killed proxy is given to end."""


class _Mark(msgspec.Struct, frozen=True):
    """The process that keeps the journals, and the proxy that it keeps them for."""

    writer: ProcessIdentity
    proxy: ProcessIdentity


def announce(journals: Path) -> None:
    """Leave a mark: this process keeps journals there for its parent. Raises OutputError."""
    writer, proxy = identify(), identify(os.getppid())
    if writer is None or proxy is None:  # the proxy has just been killed: nobody tells this process anything
        return
    mark = _Mark(writer, proxy)
    write(_path(journals), msgspec.json.encode(mark).decode())


def withdraw(journals: Path) -> None:
    """This process keeps no journals there any more."""
    with contextlib.suppress(OSError):
        _path(journals).unlink(missing_ok=True)
        journals.rmdir()


def await_orphans(journals: Path, stopped: Callable[[], bool] = lambda: False) -> None:
    """Wait for others whose proxy is gone: what it had told them is in the journals then.

    ``stopped`` is asked again and again whether that is not wanted any more.
    """
    for path in set(journals.glob("*.writer")) - {_path(journals)}:
        try:
            mark = msgspec.json.decode(path.read_bytes(), type=_Mark)
        except (OSError, UnicodeDecodeError, RecursionError, msgspec.DecodeError):
            continue
        if not is_alive(mark.proxy) and wait(mark.writer, _PATIENCE, stopped):
            path.unlink(missing_ok=True)


def _path(journals: Path) -> Path:
    return journals / f"{os.getpid()}.writer"
