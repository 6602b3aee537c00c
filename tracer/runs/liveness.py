"""The mark of a worker process that writes journals for a proxy. The process may outlive the proxy.

The mark is a file beside the journals. Before the recovery of a killed proxy's journals, tracer waits for
the process in the mark, as that process may still write.
"""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

import msgspec

from tracer.processes import ProcessIdentity, identify, is_alive, wait
from tracer.storage import write

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["announce", "await_orphans", "withdraw"]

_PATIENCE = 30.0
"""Maximum seconds to wait for the process of a killed proxy."""


class _Mark(msgspec.Struct, frozen=True):
    """The process that writes the journals, and its proxy."""

    writer: ProcessIdentity
    proxy: ProcessIdentity


def announce(journals: Path) -> None:
    """Write the mark of this process and of its parent, the proxy. Raises OutputError if the write fails."""
    writer, proxy = identify(), identify(os.getppid())
    if writer is None or proxy is None:  # the proxy was killed just now: no event arrives
        return
    mark = _Mark(writer, proxy)
    write(_path(journals), msgspec.json.encode(mark).decode())


def withdraw(journals: Path) -> None:
    """Remove the mark of this process, and the folder of journals if it is empty."""
    with contextlib.suppress(OSError):
        _path(journals).unlink(missing_ok=True)
        journals.rmdir()


def await_orphans(journals: Path, stopped: Callable[[], bool] = lambda: False) -> None:
    """Wait for worker processes without a proxy, so that their journals are complete. Remove their marks.

    The wait takes at most 30 s for each process. It ends early once ``stopped`` returns True.
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
