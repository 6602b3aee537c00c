"""A worker in this process, told of exchanges as a proxy tells it."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from tests.capture.flows import flow
from tracer.capture.mitm.flow_events import exchange_completed, request_started
from tracer.capture.worker.connection import WorkerConnection
from tracer.recording import load
from tracer.runs.events import Connected, Disconnected
from tracer.runs.participant_map import ParticipantMap
from tracer.runs.recovery import recover
from tracer.runs.settings import JOURNALS, Settings

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from tracer.capture.worker.protocol import Notice


def serve(
    folder: Path, work: Callable[[WorkerConnection], Awaitable[None]], settings: Settings | None = None
) -> list[Notice]:
    """What a worker said meanwhile."""
    notices: list[Notice] = []

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


async def longest_block(work: Awaitable[None]) -> float:
    """The longest time (s) that the event loop did not run meanwhile."""
    longest = 0.0

    async def beat() -> None:
        nonlocal longest
        last = time.monotonic()
        while True:
            await asyncio.sleep(0.01)
            longest, last = max(longest, time.monotonic() - last), time.monotonic()

    beating = asyncio.create_task(beat())
    try:
        await work
    finally:
        beating.cancel()
    return longest


def recorded(folder: Path) -> int:
    """How many exchanges there are after recovery."""
    list(recover(folder, ParticipantMap()))
    assert not list(folder.glob(f"{JOURNALS}/*.jsonl"))
    return sum(len(load(path).exchanges) for path in folder.glob("*.yaml"))
