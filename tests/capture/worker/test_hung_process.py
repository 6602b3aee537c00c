"""A process beside the proxy that does nothing, and one that is only slow."""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import psutil
import pytest

from tests.capture.flows import flow
from tests.capture.worker.workers import ask, pid_of, recorded, serve, stopped
from tests.patience import PATIENCE
from tracer.capture.mitm.flow_events import exchange_completed, request_started
from tracer.capture.worker import connection as worker_module
from tracer.capture.worker.connection import BEHIND, WorkerConnection
from tracer.capture.worker.protocol import Failed, LogLine, Notice
from tracer.recording import load
from tracer.runs.events import Connected, Disconnected

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def be_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on, find a process to be hung in two seconds. A test stops it before, as it may be slow."""
    monkeypatch.setattr(worker_module, "_TICK", 0.2)
    monkeypatch.setattr(worker_module, "_HUNG", 10)


def ask_much(worker: WorkerConnection, count: int) -> None:
    """More than the socket holds."""
    for number in range(count):
        made = flow(path=f"/image/{number}", answer=b"x" * 900_000, at=float(number))
        worker.receive(Connected(made.client_conn.id, "192.0.2.7", 8080))
        worker.receive(request_started(made))
        worker.receive(exchange_completed(made, None, None, closes=False))


def test_a_stopped_process_never_holds_up_the_event_loop(tmp_path: Path) -> None:
    """It is reported at the end, goes on, and nothing is lost."""

    async def work(worker: WorkerConnection) -> None:
        await worker.caught_up()
        with stopped(worker):
            ask_much(worker, 12)
            assert worker._unsent
            await worker.finish()

    notices = serve(tmp_path, work)
    (failed,) = [notice for notice in notices if isinstance(notice, Failed)]
    assert "has done nothing for 5 s; 12 exchanges wait for it" in failed.reason
    assert recorded(tmp_path) == 12


@pytest.mark.parametrize("exchanges", [0, 3])
def test_a_process_that_is_stuck_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exchanges: int
) -> None:
    """As one is in a write that does not end: it cannot be woken. What it has kept is in the journals."""
    monkeypatch.setattr(WorkerConnection, "_wake_process", lambda self: None)

    async def work(worker: WorkerConnection) -> None:
        await worker.caught_up()
        for number in range(5):
            ask(worker, number)
        await worker._until_stored(5)
        os.kill(pid_of(worker), signal.SIGSTOP)
        be_quick(monkeypatch)
        for number in range(exchanges):
            ask(worker, number)
        pids.append(pid_of(worker))

    pids: list[int] = []
    failures = [notice for notice in serve(tmp_path, work) if isinstance(notice, Failed)]
    assert failures[0].reason.endswith(f"tracer recover {tmp_path}")
    assert len(failures) == (2 if exchanges else 1)
    if exchanges:
        assert "has not taken 3 exchanges" in failures[1].reason
        os.kill(pids[0], signal.SIGCONT)  # the write has ended
        psutil.Process(pids[0]).wait(PATIENCE)
    assert recorded(tmp_path) == 5 + exchanges


def test_traffic_waits_for_a_silent_process_and_then_passes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work(worker: WorkerConnection) -> None:
        def note(notice: Notice) -> None:
            on_notice(notice)
            if notice == responding:
                responds.set()

        responds = asyncio.Event()
        on_notice, worker._on_notice = worker._on_notice, note
        await worker.caught_up()
        os.kill(pid_of(worker), signal.SIGSTOP)
        with monkeypatch.context() as while_stopped:
            be_quick(while_stopped)
            for number in range(BEHIND + 1):
                ask(worker, number)
            await asyncio.wait_for(worker.caught_up(), PATIENCE)
            ask(worker, BEHIND + 1)
        os.kill(pid_of(worker), signal.SIGCONT)
        await asyncio.wait_for(worker._until_stored(BEHIND + 1, until_over=True), PATIENCE)
        await asyncio.wait_for(responds.wait(), PATIENCE)
        assert not worker._hung
        ask(worker, BEHIND + 2)

    responding = LogLine("alert", "the process that keeps the recordings responds again")
    silent, hung, lost, again, *_ = serve(tmp_path, work)
    assert isinstance(silent, LogLine)
    assert "requests wait for it" in silent.text
    assert isinstance(hung, Failed)
    assert f"{BEHIND + 1} exchanges wait for it" in hung.reason
    assert lost == Failed("the process that keeps the recordings did not respond")
    assert again == responding
    assert recorded(tmp_path) == BEHIND + 2


def ask_in_parts(worker: WorkerConnection, number: int) -> Iterator[None]:
    """Tell of a request on a connection of its own, then of its answer, then of the connection's end."""
    made = flow(path=f"/image/{number}", at=float(number))
    worker.receive(Connected(made.client_conn.id, f"192.0.2.{number}", 8080))
    worker.receive(request_started(made))
    yield
    worker.receive(exchange_completed(made, None, None, closes=False))
    yield
    worker.receive(Disconnected(made.client_conn.id))
    yield


def test_what_ends_while_the_process_is_hung_is_recorded_when_it_responds(tmp_path: Path) -> None:
    """A run is finished by its client, not by the proxy; a request half of which is refused is told of."""

    async def work(worker: WorkerConnection) -> None:
        def failures() -> int:
            return sum(isinstance(notice, Failed) for notice in notices)

        def note(notice: Notice) -> None:
            notices.append(notice)
            if sum(isinstance(each, LogLine) for each in notices) == 2:
                both_written.set()

        notices: list[Notice] = []
        both_written = asyncio.Event()
        worker._on_notice = note
        await worker.caught_up()
        left, answered_late, begun_late = (ask_in_parts(worker, number) for number in (1, 2, 3))
        next(left)
        next(left)
        next(answered_late)
        worker._hung = True
        next(left)
        next(answered_late)
        next(answered_late)
        next(begun_late)
        assert failures() == 0
        worker._hung = False
        next(begun_late)
        next(begun_late)
        assert failures() == 1
        await asyncio.wait_for(both_written.wait(), PATIENCE)

    serve(tmp_path, work)
    urls = [one.request.url for path in tmp_path.glob("*.yaml") for one in load(path).exchanges]
    assert sorted(urls) == ["http://cloud.test/image/1", "http://cloud.test/image/2"]


@pytest.mark.parametrize("activity", ["CPU time", "writing", "taking"])
def test_a_slow_process_is_not_called_hung(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, activity: str
) -> None:
    """It keeps nothing for a long time, but it does something: redacts, writes or takes what it is told."""
    figures = itertools.count()
    still = {"CPU time": (1.0,), "writing": (1.0, 1.0)}.get(activity)

    async def work(worker: WorkerConnection) -> None:
        def look(pid: int) -> tuple[float, ...]:
            figure = next(figures)
            if figure == 2 * worker_module._HUNG:
                over.set()
            if still is None:
                worker._sent += 1
                return ()
            return (*still, figure)

        over = asyncio.Event()
        await worker.caught_up()
        pid = pid_of(worker)
        os.kill(pid, signal.SIGSTOP)
        be_quick(monkeypatch)
        monkeypatch.setattr(worker_module, "_activity", look)
        ask(worker, 0)
        await asyncio.wait_for(over.wait(), PATIENCE)
        os.kill(pid, signal.SIGCONT)

    assert not [notice for notice in serve(tmp_path, work) if isinstance(notice, Failed)]
    assert recorded(tmp_path) == 1


def test_a_busy_process_shows_activity() -> None:
    """CPU time and bytes written are both seen."""
    script = "import os, sys, time\n{}\nprint(flush=True)\ntime.sleep(60)"
    busy = "until = time.process_time() + 0.2\nwhile time.process_time() < until: pass"
    writing = "os.write(os.open(os.devnull, os.O_WRONLY), bytes(100_000))"
    figures = []
    for work in ("", busy, writing):
        with subprocess.Popen([sys.executable, "-c", script.format(work)], stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            figures.append(worker_module._activity(process.pid))
            process.kill()
    idle, busy_figures, writing_figures = figures
    # The kernel may count a short time as system time alone.
    assert sum(busy_figures[:2]) > sum(idle[:2])
    assert writing_figures[2] >= idle[2] + 100_000
    assert worker_module._activity(2**22 + 1) == ()
