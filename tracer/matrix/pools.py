"""Pools that record units: the interface, and the pool of this machine."""

from __future__ import annotations

import os
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Protocol, Self

from tracer.matrix.supervisor import run_unit

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from tracer.matrix.recorder import Report
    from tracer.matrix.units import CommandResult, Unit

__all__ = ["Local", "Pool", "cores"]


class Pool(Protocol):
    """An executor of units, as a context manager. Its exit ends all units and the processes they started."""

    executor: Executor

    def submit(self, unit: Unit, report: Report) -> Future[list[CommandResult]]:
        """Record ``unit``. ``report`` may be called from any thread, and may miss results."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Local:
    """A pool for ``jobs`` units at once on this machine. Each thread waits for a process that records."""

    def __init__(self, jobs: int) -> None:
        self.executor: Executor = ThreadPoolExecutor(max_workers=jobs, thread_name_prefix="matrix")
        self._stopped = False

    def submit(self, unit: Unit, report: Report) -> Future[list[CommandResult]]:
        """Record ``unit``. Another thread calls ``report`` with all progress and results."""
        stopped: Callable[[], bool] = lambda: self._stopped  # noqa: E731 - it is asked later
        return self.executor.submit(run_unit, unit, report, stopped)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped = True
        self.executor.shutdown(cancel_futures=True)


def cores() -> int:
    """Return the number of cores that this process may use, the default number of jobs."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
