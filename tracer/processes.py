"""Process identity: tell a process from a later one that was given the same number.

A process ID is used again after the process has ended, so the start time belongs to the identity. On
Linux the start time is counted in clock ticks since boot (field 22 of ``/proc/PID/stat``, proc(5)) and
stands beside the ID of that boot: a step of the wall clock changes neither. Elsewhere, and in files
of earlier versions, it is in seconds since the epoch, which psutil derives from the wall clock.
"""

from __future__ import annotations

import contextlib
import functools
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

__all__ = ["ProcessIdentity", "identify", "is_alive", "wait"]

_CLOCK_STEP = 5.0
"""Seconds by which two start times since the epoch may differ and still be that of one process."""

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_POLL = 0.05

_ENDED = (b"Z", b"X")
_STATE, _START = 0, 19  # fields 3 and 22, counted from the first one after the name


class ProcessIdentity(NamedTuple):
    """A process. ``started`` is in clock ticks since the boot with the ID ``boot``.

    Without a ``boot``, ``started`` is in seconds since the epoch.
    """

    pid: int
    started: float
    boot: str = ""


def identify(pid: int | None = None) -> ProcessIdentity | None:
    """Return the identity of a process (default: this one), None if it has ended or is not to be seen."""
    pid = os.getpid() if pid is None else pid
    boot = _boot()
    try:
        started = _ticks(pid) if boot else _created(pid)
    except PermissionError:
        return None
    return None if started is None else ProcessIdentity(pid, started, boot)


def is_alive(identity: ProcessIdentity) -> bool:
    """Return whether that very process still runs. A zombie does not; in doubt, a process does."""
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
    """Wait until the process has ended, for at most ``seconds``, or ``stopped``. Return whether it has."""
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
        # The mount option ``hidepid`` takes other users' processes out of /proc. Signal 0 only asks.
        with contextlib.suppress(ProcessLookupError, OverflowError):
            os.kill(pid, 0)
        return None
    # The name stands in parentheses, and may hold some itself.
    fields = stat[stat.rindex(b")") + 2 :].split()
    return None if fields[_STATE] in _ENDED else int(fields[_START])


def _created(pid: int) -> float | None:
    """Return the start time since the epoch, None if ended. Raise PermissionError for a hidden process."""
    import psutil  # takes long to load, and Linux needs it for files of earlier versions alone

    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else float(process.create_time())
    except psutil.AccessDenied:
        raise PermissionError from None
    except (psutil.Error, ValueError, OverflowError):
        return None
