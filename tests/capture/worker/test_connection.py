"""The process beside the proxy: what becomes of what it is told, and of both when one is gone."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.capture.flows import flow, peer
from tests.capture.mitm.test_tracer_addon import SECRET, login
from tests.capture.worker.workers import ask, pid_of, serve
from tests.patience import PATIENCE
from tests.runs.test_pending import until
from tracer.capture.mitm.flow_events import exchange_completed, request_started
from tracer.capture.worker import connection as worker_module
from tracer.capture.worker.connection import BEHIND, WorkerConnection
from tracer.capture.worker.protocol import Failed, LogLine, Notice
from tracer.recording import load
from tracer.runs.events import Connected
from tracer.runs.settings import JOURNALS, Settings

if TYPE_CHECKING:
    import socket
    from pathlib import Path


def test_what_is_told_becomes_recordings(tmp_path: Path) -> None:
    async def work(worker: WorkerConnection) -> None:
        for number in range(5 * BEHIND):
            await worker.caught_up()
            ask(worker, number)

    said = serve(tmp_path, work)
    urls = [one.request.url for path in tmp_path.glob("*.yaml") for one in load(path).exchanges]
    assert sorted(urls) == sorted(f"http://cloud.test/image/{number}" for number in range(5 * BEHIND))
    assert all(isinstance(one, LogLine) for one in said)
    assert not (tmp_path / JOURNALS).exists()


def test_secrets_are_redacted_there(tmp_path: Path) -> None:
    async def work(worker: WorkerConnection) -> None:
        made = login(peer())
        worker.receive(Connected(made.client_conn.id, "192.0.2.7", 8080))
        worker.receive(request_started(made))
        worker.receive(exchange_completed(made, None, None, closes=False))

    serve(tmp_path, work)
    (path,) = tmp_path.glob("*.yaml")
    assert load(path).redacted
    assert SECRET not in path.read_text()


def test_no_more_than_a_few_pass_before_they_are_kept(tmp_path: Path) -> None:
    async def work(worker: WorkerConnection) -> None:
        await worker.caught_up()
        pid = pid_of(worker)
        os.kill(pid, signal.SIGSTOP)
        try:
            for number in range(BEHIND):
                ask(worker, number)
            await asyncio.wait_for(worker.caught_up(), PATIENCE)
            ask(worker, BEHIND)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(worker.caught_up(), 0.2)
        finally:
            os.kill(pid, signal.SIGCONT)
        await asyncio.wait_for(worker.caught_up(), PATIENCE)

    serve(tmp_path, work)


def test_more_than_the_socket_holds_is_taken(tmp_path: Path) -> None:
    """Both sides write at once: neither waits for the other for ever."""

    async def work(worker: WorkerConnection) -> None:
        for number in range(40):
            made = flow(path=f"/image/{number}", answer=b"x" * 2**18, at=float(number))
            worker.receive(Connected(made.client_conn.id, "192.0.2.7", 8080))
            worker.receive(request_started(made))
            worker.receive(exchange_completed(made, None, None, closes=False))

    serve(tmp_path, work)
    assert sum(len(load(path).exchanges) for path in tmp_path.glob("*.yaml")) == 40


def test_where_nothing_can_be_written_traffic_waits_for_nothing(tmp_path: Path) -> None:
    settings = Settings(folder=tmp_path)
    (tmp_path / JOURNALS).touch()  # a file, where a folder is to be

    async def work(worker: WorkerConnection) -> None:
        for number in range(3):
            await asyncio.wait_for(worker.caught_up(), PATIENCE)
            ask(worker, number)

    failures = [one for one in serve(tmp_path, work, settings) if isinstance(one, Failed)]
    assert len(failures) == 3, "each of them is counted"
    assert all(JOURNALS in one.reason for one in failures)


@pytest.mark.parametrize("moment", ["while it starts", "later"])
def test_a_killed_process_is_noticed_once(tmp_path: Path, moment: str) -> None:
    async def work(worker: WorkerConnection) -> None:
        if moment == "later":
            await worker.caught_up()
            ask(worker, 0)
        os.kill(pid_of(worker), signal.SIGKILL)
        await asyncio.wait_for(worker.caught_up(), PATIENCE)
        await asyncio.wait_for(asyncio.shield(worker._over), PATIENCE)

    (notice,) = serve(tmp_path, work)
    assert notice == Failed("the process that keeps the recordings was ended by SIGKILL")


def _start_deaf(events: socket.socket, notices: socket.socket) -> subprocess.Popen[bytes]:
    """Start a process that closes its sockets, and goes on."""
    with events, notices:
        return subprocess.Popen([sys.executable, "-c", f"import time; time.sleep({PATIENCE})"])


def test_a_process_that_only_closes_its_sockets_is_reported_before_requests_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work(worker: WorkerConnection) -> None:
        ask(worker, 1)
        await worker.caught_up()
        assert len(told) == 2
        ask(worker, 0)
        worker._process.kill()

    told: list[Notice] = []
    monkeypatch.setattr(worker_module, "_start", _start_deaf)
    monkeypatch.setattr(worker_module, "_LEAVE", 0.2)
    serve(tmp_path, work, told=told)
    assert told == [
        Failed("the process that keeps the recordings does not listen any more"),
        *[Failed("the process that keeps the recordings has ended")] * 2,
    ]


def test_the_event_loop_runs_while_the_end_of_a_process_is_awaited(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The event loop itself ends the process here. A blocked one would find that the process goes on."""

    async def work(worker: WorkerConnection) -> None:
        await until(lambda: worker._closed)
        assert told == []
        ask(worker, 0)
        worker._process.kill()
        await asyncio.wait_for(worker.caught_up(), PATIENCE)

    told: list[Notice] = []
    monkeypatch.setattr(worker_module, "_start", _start_deaf)
    monkeypatch.setattr(worker_module, "_LEAVE", 60.0)
    serve(tmp_path, work, told=told)
    assert told == [
        Failed("the process that keeps the recordings was ended by SIGKILL"),
        Failed("the process that keeps the recordings has ended"),
    ]


def test_what_is_told_to_nobody_is_counted(tmp_path: Path) -> None:
    async def work(worker: WorkerConnection) -> None:
        await worker.caught_up()
        os.kill(pid_of(worker), signal.SIGKILL)
        await asyncio.wait_for(asyncio.shield(worker._over), PATIENCE)
        ask(worker, 0)

    assert [type(one) for one in serve(tmp_path, work)] == [Failed, Failed]


# The proxies are children of one process: its imports take longer than all of them.
_PROXIES = """
import asyncio, os, sys
from pathlib import Path
from tests.capture.worker.workers import ask, recorded
from tracer.runs.settings import JOURNALS, Settings
from tracer.capture.worker.connection import WorkerConnection

async def run(folder):
    worker = WorkerConnection(Settings(folder=folder), print)
    await worker.caught_up()
    for number in range(12):
        ask(worker, number)
    os.kill(os.getpid(), 9)

for folder in map(Path, sys.argv[1:]):
    proxy = os.fork()
    if not proxy:
        asyncio.run(run(folder))
    assert os.waitstatus_to_exitcode(os.waitpid(proxy, 0)[1]) == -9
    print(recorded(folder), (folder / JOURNALS).exists())
"""


def test_what_a_killed_proxy_told_is_kept(tmp_path: Path) -> None:
    """All of it: who recovers waits for the process that still writes."""
    folders = [str(tmp_path / str(number)) for number in range(5)]
    ended = subprocess.run(
        [sys.executable, "-c", _PROXIES, *folders], stdout=subprocess.PIPE, text=True, check=True
    )
    assert ended.stdout.splitlines() == ["12 False"] * 5
