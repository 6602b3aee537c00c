"""The moment when processes have done all that they were given to do."""

from __future__ import annotations

import contextlib
import threading
import time
from pathlib import Path

import psutil

from tests.patience import PATIENCE

__all__ = ["Rest"]

_PROC = Path("/proc")
_GAP = 0.02
"""Seconds between two looks: a thread that waits for Python's lock moves within 5 ms."""


class Rest:
    """The rest of a process, its children, and some threads of this process.

    A process that waits for a processor or for a disk does not rest, so that the load of the machine does
    not matter. All rest if each thread sleeps in two looks, and none ran between the looks: what a process
    sends wakes its receiver at once. Only Linux tells this; elsewhere, all processes seem to rest.
    """

    def __init__(self, pid: int) -> None:
        process = psutil.Process(pid)
        self._pids = [pid, *(child.pid for child in process.children(recursive=True))]
        self._threads: list[threading.Thread] = []

    def include(self, thread: threading.Thread) -> None:
        """Include a thread of this process that has started. It may ask for the rest of all others."""
        self._threads.append(thread)

    def is_now(self) -> bool:
        """Return whether all rest."""
        before = self._states()
        time.sleep(_GAP)
        return self._states() == before and all(state in "SI" for state, _ in before.values())

    def wait(self, quiet: float) -> None:
        """Wait at least ``quiet`` seconds, and until all rest."""
        time.sleep(quiet)
        deadline = time.monotonic() + PATIENCE
        while not self.is_now():
            assert time.monotonic() < deadline, self._states()

    def _states(self) -> dict[str, tuple[str, str]]:
        """Return the state of each thread, and the count of its voluntary sleeps."""
        tasks = [task for pid in self._pids for task in (_PROC / str(pid) / "task").glob("*")]
        this = threading.current_thread()
        own = _PROC / "self" / "task"
        tasks += [own / str(thread.native_id) for thread in self._threads if thread is not this]
        states = {}
        for task in tasks:
            with contextlib.suppress(OSError):  # the thread has just ended
                lines = (task / "status").read_text().splitlines()
                fields = dict(line.split(":\t", 1) for line in lines if ":\t" in line)
                states[task.name] = (fields["State"][0], fields["voluntary_ctxt_switches"])
        return states
