"""The process beside the proxy: what it is told, what it says, and what happens when one of both is gone."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.capture.flows import flow, peer
from tests.capture.test_addon import SECRET, login
from tracer.capture import presence, workerprocess
from tracer.capture.book import JOURNALS
from tracer.capture.events import Answered, Asked, Connected, Content, Disconnected, Reply
from tracer.capture.notices import Configured, Failed, Finish, Notice, Said, Told
from tracer.capture.participantmap import ParticipantMap
from tracer.capture.processes import Process
from tracer.capture.recovery import recover
from tracer.capture.settings import Settings
from tracer.capture.telling import answered, asked
from tracer.capture.worker import BEHIND, Worker, configured
from tracer.recording import load

_fields = st.lists(st.tuples(st.binary(), st.binary())).map(tuple)
_contents = st.builds(Content, st.none() | st.binary(), st.booleans(), st.integers(0, 2**40), st.text())
_replies = st.builds(Reply, st.integers(100, 999), st.binary(), _fields, _contents)
_processes = st.builds(Process, st.integers(1, 2**22), st.floats(0, 2e9), st.lists(st.text()).map(tuple))
_told = st.one_of(
    st.builds(Connected, st.text(), st.text(), st.integers(0, 65535), st.none() | _processes),
    st.builds(Asked, st.text(), st.text(), st.binary(), st.binary(), st.binary(), _fields, st.floats(0, 2e9)),
    st.builds(
        Answered,
        st.text(),
        st.floats(0, 2e9),
        _contents,
        st.none() | _replies,
        st.none() | st.binary(),
        st.booleans(),
    ),
    st.builds(Disconnected, st.text()),
    st.builds(Configured, st.binary()),
    st.just(Finish()),
)


@given(st.lists(_told))
def test_what_is_told_arrives_as_it_was(told: list[Told]) -> None:
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(told), type=list[Told]) == told


def test_the_process_needs_no_proxy() -> None:
    """It is there as soon as the first request is, and as small as it can be."""
    script = "import sys, tracer.capture.workerprocess; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert not {"mitmproxy", "cryptography", "tracer.rendering"} & set(loaded.stdout.split())


def serve(folder: Path, work: Callable[[Worker], Awaitable[None]]) -> list[Notice]:
    """What a worker said meanwhile."""
    notices: list[Notice] = []

    async def run() -> None:
        worker = Worker(Settings(folder=folder), notices.append)
        await work(worker)
        await worker.finish()

    asyncio.run(run())
    return notices


def ask(worker: Worker, number: int) -> None:
    made = flow(path=f"/image/{number}", at=float(number))
    worker.tell(Connected(made.client_conn.id, "192.0.2.7", 8080))
    worker.tell(asked(made))
    worker.tell(answered(made, None, None, closes=False))
    worker.tell(Disconnected(made.client_conn.id))


def pid_of(worker: Worker) -> int:
    (child,) = psutil.Process().children()
    return child.pid


def test_what_is_told_becomes_recordings(tmp_path: Path) -> None:
    async def work(worker: Worker) -> None:
        for number in range(5 * BEHIND):
            await worker.caught_up()
            ask(worker, number)

    said = serve(tmp_path, work)
    urls = [one.request.url for path in tmp_path.glob("*.yaml") for one in load(path).exchanges]
    assert sorted(urls) == sorted(f"http://cloud.test/image/{number}" for number in range(5 * BEHIND))
    assert all(isinstance(one, Said) for one in said)
    assert not (tmp_path / JOURNALS).exists()


def test_secrets_are_redacted_there(tmp_path: Path) -> None:
    async def work(worker: Worker) -> None:
        made = login(peer())
        worker.tell(Connected(made.client_conn.id, "192.0.2.7", 8080))
        worker.tell(asked(made))
        worker.tell(answered(made, None, None, closes=False))

    serve(tmp_path, work)
    (path,) = tmp_path.glob("*.yaml")
    assert load(path).redacted
    assert SECRET not in path.read_text()


def test_no_more_than_a_few_pass_before_they_are_kept(tmp_path: Path) -> None:
    async def work(worker: Worker) -> None:
        await worker.caught_up()
        pid = pid_of(worker)
        os.kill(pid, signal.SIGSTOP)
        try:
            for number in range(BEHIND):
                ask(worker, number)
            await asyncio.wait_for(worker.caught_up(), 5)
            ask(worker, BEHIND)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(worker.caught_up(), 0.2)
        finally:
            os.kill(pid, signal.SIGCONT)
        await asyncio.wait_for(worker.caught_up(), 10)

    serve(tmp_path, work)


def test_more_than_the_socket_holds_is_taken(tmp_path: Path) -> None:
    """Both sides write at once: neither waits for the other for ever."""

    async def work(worker: Worker) -> None:
        for number in range(40):
            made = flow(path=f"/image/{number}", answer=b"x" * 2**18, at=float(number))
            worker.tell(Connected(made.client_conn.id, "192.0.2.7", 8080))
            worker.tell(asked(made))
            worker.tell(answered(made, None, None, closes=False))

    serve(tmp_path, work)
    assert sum(len(load(path).exchanges) for path in tmp_path.glob("*.yaml")) == 40


def test_where_nothing_can_be_written_traffic_waits_for_nothing(tmp_path: Path) -> None:
    (tmp_path / JOURNALS).touch()  # a file, where a folder is to be

    async def work(worker: Worker) -> None:
        for number in range(3):
            await asyncio.wait_for(worker.caught_up(), 10)
            ask(worker, number)

    failures = [one for one in serve(tmp_path, work) if isinstance(one, Failed)]
    assert len(failures) == 3, "each of them is counted"
    assert all(JOURNALS in one.reason for one in failures)


def desk(folder: Path, *told: Told) -> bytes:
    """What the process says of it, here: its notices as JSON lines."""
    ours, events = socket.socketpair()
    said, notices = socket.socketpair()
    with ours, events, said, notices:
        message = msgspec.msgpack.encode([configured(Settings(folder=folder)), *told])
        ours.sendall(len(message).to_bytes(4, "big") + message)
        asyncio.run(workerprocess._serve(events, notices))
        return said.recv(65536)


def test_a_recovery_that_fails_costs_no_recording(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise PermissionError("a token")

    monkeypatch.setattr(workerprocess, "recover", refused)
    made = flow()
    said = desk(
        tmp_path,
        Connected(made.client_conn.id, "192.0.2.7", 8080),
        asked(made),
        answered(made, None, None, closes=False),
        Finish(),
    )
    assert b"internal error (PermissionError)" in said
    assert b"a token" not in said
    assert b'"Finished"' in said
    assert len(load(tmp_path / "run.yaml").exchanges) == 1


def test_what_cannot_be_understood_ends_the_process(tmp_path: Path) -> None:
    with pytest.raises(msgspec.ValidationError):
        desk(tmp_path, "no event")  # type: ignore[arg-type]


@pytest.mark.parametrize("moment", ["while it starts", "later"])
def test_a_killed_process_is_noticed_once(tmp_path: Path, moment: str) -> None:
    async def work(worker: Worker) -> None:
        if moment == "later":
            await worker.caught_up()
            ask(worker, 0)
        os.kill(pid_of(worker), signal.SIGKILL)
        await asyncio.wait_for(worker.caught_up(), 10)
        await asyncio.wait_for(asyncio.shield(worker._over), 10)

    (notice,) = serve(tmp_path, work)
    assert notice == Failed("the process that keeps the recordings was ended by SIGKILL")


def test_what_is_told_to_nobody_is_counted(tmp_path: Path) -> None:
    async def work(worker: Worker) -> None:
        await worker.caught_up()
        os.kill(pid_of(worker), signal.SIGKILL)
        await asyncio.wait_for(asyncio.shield(worker._over), 10)
        ask(worker, 0)

    assert [type(one) for one in serve(tmp_path, work)] == [Failed, Failed]


_PROXY = """
import asyncio, os, sys
from pathlib import Path
from tests.capture.test_worker import ask
from tracer.capture.settings import Settings
from tracer.capture.worker import Worker

async def run():
    worker = Worker(Settings(folder=Path(sys.argv[1])), print)
    await worker.caught_up()
    for number in range(12):
        ask(worker, number)
    os.kill(os.getpid(), 9)

asyncio.run(run())
"""


def test_what_a_killed_proxy_told_is_kept(tmp_path: Path) -> None:
    """All of it: who recovers waits for the process that still writes."""
    for number in range(5):
        folder = tmp_path / str(number)
        killed = subprocess.run([sys.executable, "-c", _PROXY, str(folder)], check=False)
        assert killed.returncode == -signal.SIGKILL
        paths = list(recover(folder, ParticipantMap()))
        assert sum(len(load(path).exchanges) for path in paths if isinstance(path, Path)) == 12
        assert not (folder / JOURNALS).exists()


def _mark(folder: Path, writer: psutil.Process, proxy: tuple[int, float]) -> Path:
    path = folder / f"{writer.pid}.writer"
    path.write_bytes(msgspec.json.encode({"writer": (writer.pid, writer.create_time()), "proxy": proxy}))
    return path


def test_only_orphans_are_waited_for(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as other:
        me = psutil.Process()
        mark = _mark(tmp_path, psutil.Process(other.pid), (me.pid, me.create_time()))
        presence.await_orphans(tmp_path)
        assert mark.exists()
        other.kill()


def test_an_orphan_is_waited_for_until_it_ends(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(0.5)"]) as other:
        mark = _mark(tmp_path, psutil.Process(other.pid), (2**22 + 1, 0.0))
        presence.await_orphans(tmp_path)
        assert other.poll() is not None
    assert not mark.exists()


def test_nobody_waits_for_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presence, "_PATIENCE", 5.0)
    mark = _mark(tmp_path, psutil.Process(), (2**22 + 1, 0.0))
    began = time.monotonic()
    presence.await_orphans(tmp_path)
    assert mark.exists()
    assert time.monotonic() - began < 5.0


@pytest.mark.parametrize("text", ["", "{", '{"writer": 1}', "\x00\xff", '{"writer": [1, 2.0], "proxy": "x"}'])
def test_a_mark_that_is_none_disturbs_nobody(tmp_path: Path, text: str) -> None:
    (tmp_path / "1.writer").write_bytes(text.encode("latin-1"))
    presence.await_orphans(tmp_path)
