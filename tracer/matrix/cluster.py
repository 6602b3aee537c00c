"""Units on the workers of a Dask cluster. The machines need no shared disk.

Each machine needs this package in the same version, and has its own cache folder for clouds and clients.
Recordings come back as the result of a unit, and progress as events. If a worker dies, the scheduler gives
its unit to another worker, a few times (``distributed.scheduler.allowed-failures``).
"""

from __future__ import annotations

import logging
import uuid
import warnings
from typing import TYPE_CHECKING, Any, Self

import msgspec

from tracer.errors import InputError
from tracer.matrix.supervisor import run_unit
from tracer.matrix.units import CommandResult, Now, Unit

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor, Future
    from types import TracebackType

    from tracer.matrix.recorder import Report

__all__ = ["Cluster"]

_CONNECT = 5.0
_TOPIC = "tracer-matrix"
_LOUD = ("distributed", "distributed.client", "distributed.comm", "tornado", "asyncio")


class Cluster:
    """The Dask cluster with its scheduler at ``address``, such as ``tcp://10.0.0.5:8786``.

    Raises InputError if Dask is not installed, or if no scheduler answers.
    """

    def __init__(self, address: str) -> None:
        distributed = _distributed()
        try:
            # A wrong address must fail before a client exists: at exit, it would wait for a scheduler.
            distributed.comm.registry.get_backend(distributed.comm.parse_address(address)[0])
            with warnings.catch_warnings():
                # Dask warns of different versions. If they matter, a unit fails with a reason.
                warnings.simplefilter("ignore")
                self._client = distributed.Client(address, timeout=_CONNECT, set_as_default=False)
        except (OSError, ValueError) as error:
            reason = "no Dask scheduler answers there" if isinstance(error, OSError) else str(error)
            raise InputError("--cluster", f"{reason}; start one with: dask scheduler", address) from None
        self.executor: Executor = self._client.get_executor()
        self._reports: dict[str, Report] = {}
        self._client.subscribe_topic(_TOPIC, self._heard)

    def submit(self, unit: Unit, report: Report) -> Future[list[CommandResult]]:
        """Record ``unit`` on a worker. Another thread calls ``report`` with progress, not with results."""
        number = uuid.uuid4().hex
        self._reports[number] = report
        return self.executor.submit(_run, msgspec.json.encode(unit), number)

    def _heard(self, event: tuple[float, Any]) -> None:
        match event[1]:
            case {"number": str(number), "text": str(text)} if number in self._reports:
                self._reports[number](Now(text))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Waiting is not necessary: a worker ends its unit when the scheduler cancels the task.
        self.executor.shutdown(wait=False)
        self._client.close(timeout=_CONNECT)


def _run(content: bytes, number: str) -> list[CommandResult]:
    """Record a unit. This function runs on a worker."""
    from distributed import get_worker

    worker = get_worker()
    key = worker.get_current_task()

    def report(message: Now | CommandResult) -> None:
        if isinstance(message, Now):
            worker.log_event(_TOPIC, {"number": number, "text": message.text})

    return run_unit(msgspec.json.decode(content, type=Unit), report, _unwanted(worker, key))


def _unwanted(worker: Any, key: Any) -> Callable[[], bool]:
    """Return a function that tells if the task is cancelled, as Dask cannot stop a thread."""

    def unwanted() -> bool:
        task = worker.state.tasks.get(key)
        return task is None or task.state in {"cancelled", "released", "forgotten"}

    return unwanted


def _distributed() -> Any:
    """Return the module ``distributed`` without its log messages. Raise InputError if it is missing."""
    try:
        import dask.config

        dask.config.set({"logging": dict.fromkeys(_LOUD, "critical")})
        import distributed
    except ImportError:
        raise InputError(
            "--cluster", "needs Dask, which is not installed: pip install 'openstack-tracer[cluster]'"
        ) from None
    for name in _LOUD:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    return distributed
