"""Identity of processes: the process ID with the start time.

The operating system reuses a process ID after the process has ended, so the start time is a part of the
identity. On Linux, the start time is in clock ticks since boot (field 22 of ``/proc/PID/stat``, proc(5)),
with the ID of that boot. A step of the wall clock changes neither. On other systems, and in files of earlier
versions, it is in seconds since the epoch; psutil derives it from the wall clock.
"""

from __future__ import annotations

import contextlib
import functools
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["ProcessIdentity", "identify", "is_alive", "wait"]

_CLOCK_STEP = 5.0
"""The largest difference between two start times of the same process, if they are in seconds."""

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_POLL = 0.05

_ENDED = (b"Z", b"X")
_STATE, _START = 0, 19  # fields 3 and 22, as indexes of the fields after the name


class ProcessIdentity(NamedTuple):
    """A process. ``started`` is in clock ticks since the boot with the ID ``boot``.

    Without a ``boot``, ``started`` is in seconds since the epoch.
    """

    pid: int
    started: float
    boot: str = ""


def identify(pid: int | None = None) -> ProcessIdentity | None:
    """Return the identity of a process (default: the current process), None if it has ended or is hidden."""
    pid = os.getpid() if pid is None else pid
    boot = _boot()
    try:
        started = _ticks(pid) if boot else _created(pid)
    except PermissionError:
        return None
    return None if started is None else ProcessIdentity(pid, started, boot)


def is_alive(identity: ProcessIdentity) -> bool:
    """Return whether the process still runs. A zombie counts as ended, a hidden process as running."""
    if identity.boot and identity.boot != _boot():
        return False
    try:
        started = _ticks(identity.pid) if identity.boot else _created(identity.pid)
    except PermissionError:
        return True
    if started is None:
        return False
    return abs(started - identity.started) <= (0 if identity.boot else _CLOCK_STEP)


def wait(identity: ProcessIdentity, seconds: float, stopped: Callable[[], bool] = lambda: False) -> bool:
    """Wait at most ``seconds`` until the process ends or ``stopped`` is true. Return whether it ended."""
    deadline = time.monotonic() + seconds
    while is_alive(identity):
        if stopped() or time.monotonic() >= deadline:
            return False
        time.sleep(_POLL)
    return True


@functools.cache
def _boot() -> str:
    """Return the ID of this boot, empty on systems that have none."""
    if sys.platform != "linux":
        return ""
    try:
        return _BOOT_ID.read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _ticks(pid: int) -> int | None:
    """Return the start time (ticks since boot), None if ended. Raise PermissionError for a hidden process."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except PermissionError:
        raise
    except OSError:
        # The mount option ``hidepid`` hides other users' processes in /proc. Signal 0 only checks a process.
        with contextlib.suppress(ProcessLookupError, OverflowError):
            os.kill(pid, 0)
        return None
    # The name is in parentheses, and may contain parentheses.
    fields = stat[stat.rindex(b")") + 2 :].split()
    return None if fields[_STATE] in _ENDED else int(fields[_START])


def _created(pid: int) -> float | None:
    """Return the start time since the epoch, None if ended. Raise PermissionError for a hidden process."""
    import psutil  # loads slowly, and Linux needs it only for files of earlier versions

    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else float(process.create_time())
    except psutil.AccessDenied:
        raise PermissionError from None
    except (psutil.Error, ValueError, OverflowError):
        return None
