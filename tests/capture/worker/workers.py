"""A worker in this process, told of exchanges as a proxy tells it."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from tests.capture.flows import flow
from tests.patience import PATIENCE
from tracer.capture.mitm.flow_events import exchange_completed, request_started
from tracer.capture.worker.connection import WorkerConnection
from tracer.recording import load
from tracer.runs.events import Connected, Disconnected
from tracer.runs.participant_map import ParticipantMap
from tracer.runs.recovery import recover
from tracer.runs.settings import JOURNALS, Settings

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from pathlib import Path

    from tracer.capture.worker.protocol import Notice


def serve(
    folder: Path,
    work: Callable[[WorkerConnection], Awaitable[None]],
    settings: Settings | None = None,
    told: list[Notice] | None = None,
) -> list[Notice]:
    """What a worker said meanwhile; with ``told``, in this list, which ``work`` can read."""
    notices = [] if told is None else told

    async def run() -> None:
        worker = WorkerConnection(settings or Settings(folder=folder), notices.append)
        await work(worker)
        await worker.finish()

    asyncio.run(run())
    return notices


def ask(worker: WorkerConnection, number: int) -> None:
    """Tell of a request, its answer and the end of its connection."""
    made = flow(path=f"/image/{number}", at=float(number))
    worker.receive(Connected(made.client_conn.id, "192.0.2.7", 8080))
    worker.receive(request_started(made))
    worker.receive(exchange_completed(made, None, None, closes=False))
    worker.receive(Disconnected(made.client_conn.id))


def pid_of(worker: WorkerConnection) -> int:
    """The process beside this one."""
    return worker._process.pid


@contextmanager
def stopped(worker: WorkerConnection) -> Iterator[None]:
    """Stop the process beside this one until the end of the block.

    A blocked event loop would wait for the process, and the process for the event loop. Then another thread
    continues the process, far too late for the test.
    """
    pid = pid_of(worker)
    os.kill(pid, signal.SIGSTOP)
    timer = threading.Timer(PATIENCE, os.kill, (pid, signal.SIGCONT))
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


def recorded(folder: Path) -> int:
    """How many exchanges there are after recovery."""
    list(recover(folder, ParticipantMap()))
    assert not list(folder.glob(f"{JOURNALS}/*.jsonl"))
    return sum(len(load(path).exchanges) for path in folder.glob("*.yaml"))
