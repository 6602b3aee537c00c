"""The proxy's connection to the worker process, which stores exchanges beside a long-lived proxy.

With the worker process, the traffic need not wait for writes. The proxy sends events through a socket;
the buffer of the socket limits the events that the process has not received yet. The process returns
one byte for each stored exchange, in order. The process outlives a killed proxy until it has stored all
events that the proxy sent.

The event loop never blocks on the process. Events that the socket does not accept are sent as soon as
the socket accepts them, and requests wait meanwhile. A process without any activity (stopped, or stuck in
a write) is reported, and the proxy can end without the process. A slow process uses CPU time, writes,
or receives events, and the proxy waits for it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import pickle
import shlex
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import psutil

import tracer
from tracer.capture.worker.protocol import (
    FAILED,
    Configure,
    Failed,
    Finish,
    Finished,
    LogLine,
    Notice,
    Ready,
    WorkerMessage,
)
from tracer.counting import counted
from tracer.errors import TracerError
from tracer.runs.events import Event, ExchangeCompleted, RequestStarted

if TYPE_CHECKING:
    from collections.abc import Callable

    from tracer.runs.settings import Settings

__all__ = ["BEHIND", "WorkerConnection", "configure_message"]

BEHIND = 16
"""Maximum number of completed exchanges that are not stored yet when the next request passes."""

_LATER = 0.02
"""Maximum seconds that a minor event waits, to share a message with other events."""

_ROOM = 2**20
"""Size of the socket's send buffer, in bytes."""

_PROCESS = "the process that keeps the recordings"

_TICK = 1.0
"""Seconds between two checks of the process's activity, while it has work."""

_SILENT = 5
"""Ticks without activity before a warning; during ``finish``, before the process is woken and given up."""

_HUNG = 30
"""Ticks without activity after which recording fails. The flush of a slow disk may take some of them."""

_LEAVE = 2.0
"""Maximum seconds to wait for the end of a process that has closed its sockets."""

_POLL = 0.01
"""Seconds between two checks for the end of such a process."""

_encode = msgspec.msgpack.Encoder().encode


class WorkerConnection:
    """The proxy's end of the connection. ``on_notice`` is called with each notice, in the event loop.

    The connection is an event sink. Unlike those of ``EventPipeline``, its failures arrive later, as
    notices. With ``watched``, each stored exchange is a notice. Raises TracerError if the process cannot be
    started.
    """

    def __init__(
        self, settings: Settings, on_notice: Callable[[Notice], None], *, watched: bool = False
    ) -> None:
        self._on_notice = on_notice
        self._folder = settings.folder
        self._loop = asyncio.get_running_loop()
        self._events, events = socket.socketpair()
        self._notices, notices = socket.socketpair()
        try:
            self._process = _start(events, notices)
        except OSError as error:
            self._events.close()
            self._notices.close()
            reason = error.strerror or type(error).__name__
            raise TracerError(f"the process that keeps the recordings cannot be started: {reason}") from None
        for end in (self._events, self._notices):
            end.setblocking(False)
        self._events.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _ROOM)
        self._unsent = bytearray()
        self._sent = 0
        self._queue: list[WorkerMessage] = [configure_message(settings, watched=watched)]
        self._later: asyncio.TimerHandle | None = None
        self._refused: set[str] = set()
        self._completed = 0
        self._stored = 0
        self._waiting: list[tuple[int, bool, asyncio.Future[None]]] = []
        self._partial_notice = b""
        self._finished = False
        self._closed = False
        self._ready = False
        self._finishing = False
        self._hung = False
        self._still = 0
        self._activity: tuple[float, ...] = ()
        self._watch: asyncio.TimerHandle | None = None
        self._over: asyncio.Future[None] = self._loop.create_future()
        self._loop.add_reader(self._notices, self._read_notices)
        self._flush()

    def configure(self, settings: Settings) -> None:
        """Send ``settings`` for all later events."""
        self._folder = settings.folder
        self._queue.append(configure_message(settings))
        self._flush()

    def receive(self, event: Event) -> None:
        """Send an event: a completed exchange at once, as far as the socket accepts it.

        A request that begins while the process is hung is not sent. Its response is not sent either, and
        causes a ``Failed`` notice. All other events are sent: if the process responds again, runs need them.
        """
        if isinstance(event, RequestStarted) and self._hung:
            self._refused.add(event.flow)
            return
        if isinstance(event, ExchangeCompleted) and event.flow in self._refused:
            self._refused.remove(event.flow)
            self._on_notice(Failed(f"{_PROCESS} did not respond"))
            return
        self._queue.append(event)
        if isinstance(event, ExchangeCompleted):
            self._completed += 1
            self._flush()
        elif self._later is None:
            self._later = self._loop.call_later(_LATER, self._flush_later)

    async def caught_up(self) -> None:
        """Wait until all exchanges but the latest ``BEHIND`` are stored.

        Before the first request, wait until the process is ready: later events outlive a killed proxy.
        """
        await self._until_stored(self._completed - BEHIND if self._ready else 0)

    async def delivered(self) -> None:
        """Wait until the socket has accepted all data that was to be sent."""
        if self._unsent:
            await self._until_stored(0)

    async def finish(self) -> None:
        """Let the process write the recordings of all runs, and end.

        The proxy does not wait for a process without activity. The stored exchanges stay in the journals.
        """
        self._finishing, self._still = True, 0
        if self._hung:
            self._wake_process()
        self._flush()
        self._begin_watch()
        await self._until_stored(self._completed, until_over=True)
        if not self._over.done():
            self._queue.append(Finish())
            self._flush()
        await self._over  # the watch guarantees this result
        try:
            await asyncio.to_thread(self._process.wait, _LEAVE)
        except subprocess.TimeoutExpired:
            self._process.returncode = 0  # the process runs until its write ends, without a wait here
        self._events.close()
        self._notices.close()

    async def _until_stored(self, wanted: int, *, until_over: bool = False) -> None:
        """Wait until ``wanted`` exchanges are stored and all data is sent.

        Return early if the process has ended. Return early if it is hung, unless ``until_over`` is set.
        """
        if self._stored < wanted and not self._over.done():
            self._read_marks()
        if self._over.done() or self._may_pass(wanted, until_over=until_over):
            return
        if not self._waiting and not self._closed:
            self._loop.add_reader(self._events, self._read_marks)
        passing: asyncio.Future[None] = self._loop.create_future()
        self._waiting.append((wanted, until_over, passing))
        self._begin_watch()
        await passing

    def _may_pass(self, wanted: int, *, until_over: bool) -> bool:
        hung = self._hung and not until_over
        return hung or (self._ready and not self._unsent and self._stored >= wanted)

    def _flush_later(self) -> None:
        self._later = None
        self._flush()

    def _flush(self) -> None:
        if self._closed and not self._over.done():
            return  # the queue is refused after the notice about the end of the process
        queue, self._queue = self._queue, []
        if self._over.done():
            for event in queue:
                self._refuse(event)
        elif queue:
            message = _encode(queue)
            self._unsent += len(message).to_bytes(4, "big") + message
            self._send()
            self._begin_watch()

    def _refuse(self, event: WorkerMessage) -> None:
        if isinstance(event, ExchangeCompleted):
            self._on_notice(Failed(f"{_PROCESS} has ended"))

    def _send(self) -> None:
        """Send the data that the socket accepts now, and the rest when it accepts more."""
        if self._closed:
            return
        try:
            while self._unsent:
                count = self._events.send(self._unsent)
                del self._unsent[:count]
                self._sent += count
        except BlockingIOError:
            self._loop.add_writer(self._events, self._send)
        except OSError:
            self._lost()
        else:
            self._loop.remove_writer(self._events)
            self._wake_up()

    def _begin_watch(self) -> None:
        if self._watch is None and not self._closed:
            self._watch = self._loop.call_later(_TICK, self._look)

    def _look(self) -> None:
        """Check the activity of the process. Count ticks, as a step of the clock is no inactivity."""
        self._watch = None
        if self._closed:
            return
        self._read_marks()
        activity = (self._stored, self._sent, *_activity(self._process.pid))
        if activity != self._activity:
            self._activity, self._still = activity, 0
            if self._hung:
                self._hung = False
                self._on_notice(LogLine("alert", f"{_PROCESS} responds again"))
        elif self._has_work():
            self._still += 1
            self._judge()
        if self._has_work():
            self._begin_watch()
        else:
            self._still = 0

    def _has_work(self) -> bool:
        return self._finishing or bool(self._unsent) or self._stored < self._completed or not self._ready

    def _judge(self) -> None:
        """React to a process without activity for some ticks: warn, report a failure, or give up."""
        if self._finishing and self._still >= _SILENT:
            if self._hung:
                self._give_up()
            else:
                self._report_hung()
                self._wake_process()
        elif self._still == _SILENT and not self._hung:
            silent = f"{_PROCESS} has done nothing for {_SILENT * _TICK:.0f} s: requests wait for it"
            self._on_notice(LogLine("warning", silent))
        elif self._still == _HUNG and not self._hung:
            self._report_hung()

    def _report_hung(self) -> None:
        waited, missing = self._still * _TICK, self._completed - self._stored
        self._hung, self._still = True, 0
        later = f"{counted(missing, 'exchange waits', 'exchanges wait')} for it; " if missing else ""
        recovered = (
            f"what it has kept is made into recordings by: tracer recover {shlex.quote(str(self._folder))}"
        )
        self._on_notice(Failed(f"{_PROCESS} has done nothing for {waited:.0f} s; {later}{recovered}"))
        self._wake_up()

    def _wake_process(self) -> None:
        """Continue a process that was stopped by a signal, so that no event is lost."""
        if hasattr(signal, "SIGCONT"):
            self._process.send_signal(signal.SIGCONT)

    def _give_up(self) -> None:
        """End without the process. If alive, it stores the events in the socket, and leaves the journals."""
        if not self._unsent and self._stored >= self._completed:
            self._process.kill()  # all events are in the journals
        elif self._completed > self._stored:
            missing = counted(self._completed - self._stored, "exchange")
            self._on_notice(Failed(f"{_PROCESS} has not taken {missing}"))
        self._end()

    def _read_marks(self) -> None:
        if self._closed:
            return
        marks = self._received(self._events)
        if not marks:
            return
        self._stored += len(marks)
        if FAILED in marks:
            self._read_notices()  # before a waiting request may pass
        self._wake_up()

    def _read_notices(self) -> None:
        while not self._closed:
            data = self._received(self._notices)
            if not data:
                return
            *lines, self._partial_notice = (self._partial_notice + data).split(b"\n")
            for line in lines:
                notice = msgspec.json.decode(line, type=Notice)
                if isinstance(notice, Ready):
                    self._ready = True
                    self._wake_up()
                elif isinstance(notice, Finished):
                    self._finished = True
                else:
                    self._on_notice(notice)

    def _received(self, source: socket.socket) -> bytes:
        """Return the received data, empty if there is none. Call ``_lost`` if the socket is closed."""
        with contextlib.suppress(BlockingIOError):
            try:
                data = source.recv(65536)
            except ConnectionError:
                data = b""
            if not data:
                self._lost()
            return data
        return b""

    def _lost(self) -> None:
        """Stop using the sockets, as the process has closed them. Report its end as soon as it is known."""
        if self._closed:
            return
        self._disconnect()
        if self._finished:
            self._end()
        else:
            self._await_exit(self._loop.time() + _LEAVE)

    def _await_exit(self, deadline: float) -> None:
        """Poll until the process ends or ``deadline`` passes, then report this. Its sockets close earlier."""
        if self._process.poll() is None and self._loop.time() < deadline:
            self._loop.call_later(_POLL, self._await_exit, deadline)
            return
        self._on_notice(Failed(f"{_PROCESS} {_how(self._process.returncode)}"))
        self._end()

    def _disconnect(self) -> None:
        self._closed = True
        self._loop.remove_writer(self._events)
        for source in (self._events, self._notices):
            self._loop.remove_reader(source)

    def _end(self) -> None:
        self._disconnect()
        self._over.set_result(None)
        self._flush()
        for *_, passing in self._waiting:
            self._wake(passing)
        self._waiting.clear()

    def _wake_up(self) -> None:
        waiting, self._waiting = self._waiting, []
        for wanted, until_over, passing in waiting:
            if self._may_pass(wanted, until_over=until_over):
                self._wake(passing)
            else:
                self._waiting.append((wanted, until_over, passing))
        if not self._waiting:
            self._loop.remove_reader(self._events)

    @staticmethod
    def _wake(waiting: asyncio.Future[None]) -> None:
        if not waiting.done():  # the flow may have been cancelled meanwhile
            waiting.set_result(None)


def configure_message(settings: Settings, *, watched: bool = False) -> Configure:
    """Return the message with the pickled settings. Pickle suffices, as both processes run the same code."""
    return Configure(pickle.dumps(settings), watched)


def _start(events: socket.socket, notices: socket.socket) -> subprocess.Popen[bytes]:
    # The package may be importable only because the addon's file has extended the path.
    package = str(Path(tracer.__file__).parents[1])
    path = os.pathsep.join(filter(None, [os.environ.get("PYTHONPATH"), package]))
    ends = (events.fileno(), notices.fileno())
    with events, notices:
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "tracer.capture.worker.server", *map(str, ends)],
            pass_fds=ends,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": path},
            # A terminal's Ctrl-C must reach only the proxy.
            start_new_session=True,
        )


def _activity(pid: int) -> tuple[float, ...]:
    """Return counters that grow with the activity of the process: CPU times (s) and written bytes."""
    with contextlib.suppress(psutil.Error, OSError):
        process = psutil.Process(pid)
        times = process.cpu_times()
        written = process.io_counters().write_chars if psutil.LINUX else 0
        return times.user, times.system, written
    return ()


def _how(code: int | None) -> str:
    """Return a phrase for the end of a process with an exit code; None means that the process still runs."""
    if code is None:
        return "does not listen any more"
    return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended (exit code {code})"
