"""The process that keeps the books beside a long-lived proxy, so that the traffic need not wait for it.

What the proxy tells goes there through a socket, whose room is the bound on what is told
and not taken yet. A byte comes back for each exchange that is kept, in their order. The
process outlives a proxy that is killed, for as long as it takes to keep what it was told.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import pickle
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec

import tracer
from tracer.capture.events import Answered, Event
from tracer.capture.notices import FAILED, Configured, Failed, Finish, Finished, Notice, Ready, Told
from tracer.capture.settings import Settings

__all__ = ["BEHIND", "Worker", "configured"]

BEHIND = 16
"""Finished exchanges that may not be kept yet when the next request passes."""

_LATER = 0.02
"""Seconds that what is not worth a message of its own may wait for company."""

_ROOM = 2**20
"""Bytes told that may wait in the socket."""

_encode = msgspec.msgpack.Encoder().encode


class Worker:
    """The proxy's end of it. ``on_notice`` is called, in the event loop, with each notice.

    It has the methods of ``Intake``; but what goes wrong comes as a notice, later.
    """

    def __init__(self, settings: Settings, on_notice: Callable[[Notice], None]) -> None:
        self._on_notice = on_notice
        self._loop = asyncio.get_running_loop()
        self._events, events = socket.socketpair()
        self._notices, notices = socket.socketpair()
        self._process = _start(events, notices)
        for ours in (self._events, self._notices):
            ours.setblocking(False)
        self._events.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _ROOM)
        self._poll = select.poll()
        self._poll.register(self._events, select.POLLIN | select.POLLOUT)
        self._poll.register(self._notices, select.POLLIN)
        self._queue: list[Told] = [configured(settings)]
        self._later: asyncio.TimerHandle | None = None
        self._answered = 0
        self._kept = 0
        self._waiting: list[tuple[int, asyncio.Future[None]]] = []
        self._said = b""
        self._finished = False
        self._ready = False
        self._over: asyncio.Future[None] = self._loop.create_future()
        self._loop.add_reader(self._notices, self._read_notices)
        self._flush()

    def configure(self, settings: Settings) -> None:
        """From now on by other settings."""
        self._queue.append(configured(settings))
        self._flush()

    def tell(self, event: Event) -> None:
        """Pass an event on; a finished exchange has left this process when this returns."""
        self._queue.append(event)
        if isinstance(event, Answered):
            self._answered += 1
            self._flush()
        elif self._later is None:
            self._later = self._loop.call_later(_LATER, self._flush_later)

    async def caught_up(self) -> None:
        """Wait until all exchanges that were told so far are kept, but for the latest few.

        At first, until the process is there: what it is told from then on is not lost with the proxy.
        """
        wanted = self._answered - BEHIND if self._ready else 0
        if self._ready and self._kept < wanted:
            self._read_kept()
        if (self._ready and self._kept >= wanted) or self._over.done():
            return
        if not self._waiting:
            self._loop.add_reader(self._events, self._read_kept)
        kept: asyncio.Future[None] = self._loop.create_future()
        self._waiting.append((wanted, kept))
        await kept

    async def finish(self) -> None:
        """Have recordings made of all runs that are going on, and the process end."""
        if not self._over.done():
            self._queue.append(Finish())
            self._flush()
        await self._over
        await asyncio.to_thread(self._process.wait)
        self._events.close()
        self._notices.close()

    def _flush_later(self) -> None:
        self._later = None
        self._flush()

    def _flush(self) -> None:
        queue, self._queue = self._queue, []
        if self._over.done():
            for event in queue:
                if isinstance(event, Answered):
                    self._on_notice(Failed("the process that keeps the recordings has ended"))
        elif queue:
            message = _encode(queue)
            self._send(memoryview(len(message).to_bytes(4, "big") + message))

    def _send(self, rest: memoryview) -> None:
        try:
            while rest:
                try:
                    rest = rest[self._events.send(rest) :]
                except BlockingIOError:
                    # Both sides must not wait for each other: what comes from there is read meanwhile.
                    self._poll.poll()
                    self._read_kept()
                    self._read_notices()
        except OSError:
            self._lost()

    def _read_kept(self) -> None:
        kept = self._received(self._events)
        if not kept:
            return
        self._kept += len(kept)
        if FAILED in kept:
            self._read_notices()  # before any request that waits may pass
        self._wake_up()

    def _read_notices(self) -> None:
        while not self._over.done():
            said = self._received(self._notices)
            if not said:
                return
            *lines, self._said = (self._said + said).split(b"\n")
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
        """What has come, if anything has."""
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
        """The process has ended, as it was told to or not."""
        if self._over.done():
            return
        self._over.set_result(None)
        for source in (self._events, self._notices):
            self._loop.remove_reader(source)
        for _, one in self._waiting:
            self._wake(one)
        self._waiting.clear()
        if not self._finished:
            how = _how(self._process.wait())
            self._on_notice(Failed(f"the process that keeps the recordings {how}"))

    def _wake_up(self) -> None:
        while self._waiting and self._waiting[0][0] <= self._kept:
            self._wake(self._waiting.pop(0)[1])
        if not self._waiting:
            self._loop.remove_reader(self._events)

    @staticmethod
    def _wake(waiting: asyncio.Future[None]) -> None:
        if not waiting.done():  # its flow may have been cancelled meanwhile
            waiting.set_result(None)


def configured(settings: Settings) -> Configured:
    """The settings as they go to the process: code of ours, which both sides have."""
    return Configured(pickle.dumps(settings))


def _start(events: socket.socket, notices: socket.socket) -> subprocess.Popen[bytes]:
    # The package may be there only because the addon's file put it on the path.
    package = str(Path(tracer.__file__).parents[1])
    path = os.pathsep.join(filter(None, [os.environ.get("PYTHONPATH"), package]))
    ends = (events.fileno(), notices.fileno())
    with events, notices:
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "tracer.capture.workerprocess", *map(str, ends)],
            pass_fds=ends,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": path},
            # A terminal's Ctrl-C is for the proxy to answer.
            start_new_session=True,
        )


def _how(code: int) -> str:
    return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended (exit code {code})"
