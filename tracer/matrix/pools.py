"""Where units are recorded: on this machine, or on those of a cluster; the same for who submits them."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from types import TracebackType
from typing import Protocol, Self

from tracer.matrix.recorder import Report
from tracer.matrix.supervisor import run_unit
from tracer.matrix.units import Made, Unit

__all__ = ["Local", "Pool", "cores"]


class Pool(Protocol):
    """Submits units to an executor. Leaving it ends all that is still going on, with what it started."""

    executor: Executor

    def submit(self, unit: Unit, report: Report) -> Future[list[Made]]:
        """Have ``unit`` recorded; ``report`` may be called from any thread, and not for everything."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Local:
    """Up to ``jobs`` units at once on this machine: threads, each waiting for a process that records."""

    def __init__(self, jobs: int) -> None:
        self.executor: Executor = ThreadPoolExecutor(max_workers=jobs, thread_name_prefix="matrix")
        self._stopped = False

    def submit(self, unit: Unit, report: Report) -> Future[list[Made]]:
        """Have ``unit`` recorded; ``report`` is called for everything, from another thread."""
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
    """How many units are recorded at once where nothing is said: one for each core that is ours to use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
