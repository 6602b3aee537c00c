"""The process beside the proxy: what it is told, what it says, and what happens when one of both is gone."""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import msgspec
import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.capture.flows import flow, peer
from tests.capture.test_addon import SECRET, login
from tracer.capture import presence, workerprocess
from tracer.capture import worker as worker_module
from tracer.capture.events import Answered, Asked, Connected, Content, Disconnected, Reply
from tracer.capture.notices import Configured, Failed, Finish, Notice, Said, Told
from tracer.capture.participantmap import ParticipantMap
from tracer.capture.processes import Process
from tracer.capture.recovery import recover
from tracer.capture.settings import JOURNALS, Settings
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
    return worker._process.pid


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


def test_a_process_that_only_closes_its_sockets_holds_up_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether it ends as well is looked at while traffic goes on; requests wait until it is told."""

    def start(events: socket.socket, notices: socket.socket) -> subprocess.Popen[bytes]:
        with events, notices:
            return subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])

    async def work(worker: Worker) -> None:
        async def traffic() -> None:
            await asyncio.sleep(0.5)
            ask(worker, 1)
            assert told == []
            await worker.caught_up()
            assert len(told) == 2
            ask(worker, 0)

        worker._on_notice = told.append
        assert await longest_block(traffic()) < 1.0
        worker._process.kill()

    told: list[Notice] = []
    monkeypatch.setattr(worker_module, "_start", start)
    serve(tmp_path, work)
    assert told == [
        Failed("the process that keeps the recordings does not listen any more"),
        *[Failed("the process that keeps the recordings has ended")] * 2,
    ]


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


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process is found to be hung in two seconds."""
    monkeypatch.setattr(worker_module, "_TICK", 0.2)
    monkeypatch.setattr(worker_module, "_HUNG", 10)


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


def ask_much(worker: Worker, count: int) -> None:
    """More than the socket holds."""
    for number in range(count):
        made = flow(path=f"/image/{number}", answer=b"x" * 900_000, at=float(number))
        worker.tell(Connected(made.client_conn.id, "192.0.2.7", 8080))
        worker.tell(asked(made))
        worker.tell(answered(made, None, None, closes=False))


def recorded(folder: Path) -> int:
    """How many exchanges there are after recovery."""
    list(recover(folder, ParticipantMap()))
    assert not list(folder.glob(f"{JOURNALS}/*.jsonl"))
    return sum(len(load(path).exchanges) for path in folder.glob("*.yaml"))


def test_a_stopped_process_never_holds_up_the_event_loop(tmp_path: Path) -> None:
    """It is reported at the end, goes on, and nothing is lost."""

    async def work(worker: Worker) -> None:
        async def much() -> None:
            await worker.caught_up()
            os.kill(pid_of(worker), signal.SIGSTOP)
            ask_much(worker, 12)
            await worker.finish()

        assert await longest_block(much()) < 1.0

    notices = serve(tmp_path, work)
    (failed,) = [notice for notice in notices if isinstance(notice, Failed)]
    assert "has done nothing for 5 s; 12 exchanges wait for it" in failed.reason
    assert recorded(tmp_path) == 12


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("exchanges", [0, 3])
def test_a_process_that_is_stuck_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exchanges: int
) -> None:
    """As one is in a write that does not end: it cannot be woken. What it has kept is in the journals."""
    monkeypatch.setattr(Worker, "_wake_process", lambda self: None)

    async def work(worker: Worker) -> None:
        await worker.caught_up()
        for number in range(5):
            ask(worker, number)
        await worker._until_kept(5)
        os.kill(pid_of(worker), signal.SIGSTOP)
        for number in range(exchanges):
            ask(worker, number)
        pids.append(pid_of(worker))

    pids: list[int] = []
    began = time.monotonic()
    failures = [notice for notice in serve(tmp_path, work) if isinstance(notice, Failed)]
    assert time.monotonic() - began < 10
    assert failures[0].reason.endswith(f"tracer recover {tmp_path}")
    assert len(failures) == (2 if exchanges else 1)
    if exchanges:
        assert "has not taken 3 exchanges" in failures[1].reason
        os.kill(pids[0], signal.SIGCONT)  # the write has ended
        psutil.Process(pids[0]).wait(10)
    assert recorded(tmp_path) == 5 + exchanges


@pytest.mark.usefixtures("quick")
def test_traffic_waits_for_a_silent_process_and_then_passes(tmp_path: Path) -> None:
    async def work(worker: Worker) -> None:
        await worker.caught_up()
        os.kill(pid_of(worker), signal.SIGSTOP)
        for number in range(BEHIND + 1):
            ask(worker, number)
        await asyncio.wait_for(worker.caught_up(), 10)
        ask(worker, BEHIND + 1)
        os.kill(pid_of(worker), signal.SIGCONT)
        await asyncio.wait_for(worker._until_kept(BEHIND + 1, until_over=True), 10)
        await asyncio.sleep(1.0)
        assert not worker._hung
        ask(worker, BEHIND + 2)

    silent, hung, lost, again, *_ = serve(tmp_path, work)
    assert isinstance(silent, Said)
    assert "requests wait for it" in silent.text
    assert isinstance(hung, Failed)
    assert f"{BEHIND + 1} exchanges wait for it" in hung.reason
    assert lost == Failed("the process that keeps the recordings did not respond")
    assert again == Said("alert", "the process that keeps the recordings responds again")
    assert recorded(tmp_path) == BEHIND + 2


def ask_in_parts(worker: Worker, number: int) -> Iterator[None]:
    """Tell of a request on a connection of its own, then of its answer, then of the connection's end."""
    made = flow(path=f"/image/{number}", at=float(number))
    worker.tell(Connected(made.client_conn.id, f"192.0.2.{number}", 8080))
    worker.tell(asked(made))
    yield
    worker.tell(answered(made, None, None, closes=False))
    yield
    worker.tell(Disconnected(made.client_conn.id))
    yield


def test_what_ends_while_the_process_is_hung_is_recorded_when_it_responds(tmp_path: Path) -> None:
    """A run is finished by its client, not by the proxy; a request half of which is refused is told of."""

    async def work(worker: Worker) -> None:
        def failures() -> int:
            return sum(isinstance(notice, Failed) for notice in notices)

        def note(notice: Notice) -> None:
            notices.append(notice)
            if sum(isinstance(each, Said) for each in notices) == 2:
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
        await asyncio.wait_for(both_written.wait(), 20)

    serve(tmp_path, work)
    urls = [one.request.url for path in tmp_path.glob("*.yaml") for one in load(path).exchanges]
    assert sorted(urls) == ["http://cloud.test/image/1", "http://cloud.test/image/2"]


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("activity", ["CPU time", "writing", "taking"])
def test_a_slow_process_is_not_called_hung(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, activity: str
) -> None:
    """It keeps nothing for a long time, but it does something: redacts, writes or takes what it is told."""
    figures = itertools.count()

    async def work(worker: Worker) -> None:
        await worker.caught_up()
        pid = pid_of(worker)
        os.kill(pid, signal.SIGSTOP)
        ask(worker, 0)
        for _ in range(30):
            await asyncio.sleep(0.1)
            if activity == "taking":
                worker._sent += 1
        os.kill(pid, signal.SIGCONT)

    if activity != "taking":
        still = (1.0, 1.0) if activity == "writing" else (1.0,)
        monkeypatch.setattr(worker_module, "_activity", lambda pid: (*still, next(figures)))
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
    assert busy_figures[0] > idle[0]
    assert writing_figures[2] >= idle[2] + 100_000
    assert worker_module._activity(2**22 + 1) == ()


def test_a_recovery_that_waits_is_given_up_at_the_end(tmp_path: Path) -> None:
    """The proxy ends at once, although an orphan still writes."""
    journals = tmp_path / JOURNALS
    journals.mkdir()
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as orphan:
        _mark(journals, psutil.Process(orphan.pid), (2**22 + 1, 0.0))

        async def work(worker: Worker) -> None:
            await worker.caught_up()

        began = time.monotonic()
        assert serve(tmp_path, work) == []
        assert time.monotonic() - began < 8
        orphan.kill()
