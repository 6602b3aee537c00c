"""The worker process beside a proxy: it receives events, stores exchanges, and reports the results.

``python -m tracer.capture.worker.server EVENTS NOTICES`` takes the file descriptors of two sockets. The
process ends with the proxy, and ignores signals, as the proxy handles signals to the process group.
"""

from __future__ import annotations

import asyncio
import contextlib
import pickle
import signal
import socket
import sys
from typing import TYPE_CHECKING

import msgspec

from tracer.capture.worker.live_exchanges import LiveExchanges
from tracer.capture.worker.outcomes import failure_notice, recovery_notice, saved_notices
from tracer.capture.worker.protocol import (
    FAILED,
    STORED,
    Configure,
    ExchangeStored,
    Failed,
    Finish,
    Finished,
    Notice,
    Ready,
    WorkerMessage,
)
from tracer.errors import OutputError
from tracer.runs.event_pipeline import EventPipeline
from tracer.runs.events import ExchangeCompleted
from tracer.runs.liveness import announce, withdraw
from tracer.runs.recovery import recover
from tracer.runs.run_manager import RunManager
from tracer.runs.settings import JOURNALS, Settings

if TYPE_CHECKING:
    from pathlib import Path

    from tracer.model import Exchange
    from tracer.runs.run_writer import RunWriter, SavedRecording

__all__ = ["main"]

_CHUNK = 2**20

_PAUSE = 0.005
"""Seconds between two reads. To be woken for each message would cost both processes more CPU time."""

_decode = msgspec.msgpack.Decoder(list[WorkerMessage]).decode
_encode = msgspec.json.Encoder().encode


class _WorkerServer:
    """The worker's end of the connection. It passes events to a pipeline, and acknowledges each exchange."""

    def __init__(self, events: socket.socket, notices: socket.socket) -> None:
        self._events = events
        self._notices = notices
        self._loop = asyncio.get_running_loop()
        self._buffer = bytearray()
        self._marks = bytearray()
        self._marks_wait = False
        self._pipeline: EventPipeline | None = None
        self._live: LiveExchanges | None = None
        self._journals: list[Path] = []
        self._recovering: asyncio.Task[None] | None = None
        self._finish_received = False

    def say(self, notice: Notice) -> None:
        """Send a notice to the proxy. Do nothing if the proxy was killed.

        This waits without a limit for a proxy that does not read. Only this process is delayed.
        """
        with contextlib.suppress(OSError):
            self._notices.sendall(_encode(notice) + b"\n")

    async def finish(self) -> None:
        """Write all recordings, remove the marks, and send ``Finished``."""
        if self._recovering is not None:
            await self._recovering
        if self._pipeline is not None:
            await self._pipeline.finish()
        for journals in self._journals:
            withdraw(journals)
        self.say(Finished())

    async def leave(self) -> None:
        """Close the journals after the proxy was killed, for recovery by the next proxy.

        The marks stay too, so that recovery waits for this process.
        """
        if self._pipeline is not None:
            await self._pipeline.leave()

    async def read(self) -> bool:
        """Receive all events. Return True after ``Finish``, False if the proxy was killed."""
        while not self._finish_received:
            try:
                data = await self._loop.sock_recv(self._events, _CHUNK)
            except OSError:
                return False
            if not data:
                return False
            self._take_all(data)
            await asyncio.sleep(_PAUSE)
        return True

    def _take_all(self, data: bytes) -> None:
        self._buffer += data
        while len(self._buffer) >= 4:
            end = 4 + int.from_bytes(self._buffer[:4], "big")
            if len(self._buffer) < end:
                return
            frame = bytes(self._buffer[4:end])
            del self._buffer[:end]
            for message in _decode(frame):
                self._take(message)

    def _take(self, message: WorkerMessage) -> None:
        mark = STORED
        try:
            if isinstance(message, Finish):
                self._finish_received = True
            elif isinstance(message, Configure):
                if message.watched:
                    self._live = LiveExchanges()
                self._configure(pickle.loads(message.settings))  # noqa: S301 - from the proxy that started this process
            elif self._pipeline is not None:
                self._pipeline.receive(message)
        except Exception as error:  # noqa: BLE001 - the text of no error may reach the log
            self._fail(error)
            mark = FAILED
        if isinstance(message, ExchangeCompleted):
            self._marks += mark
            self._acknowledge()

    def _configure(self, settings: Settings) -> None:
        journals = settings.folder / JOURNALS
        self._journals.append(journals)
        with contextlib.suppress(OutputError):  # the first exchange reports this, as its journal fails too
            announce(journals)
        if self._pipeline is not None:
            self._pipeline.configure(settings)
            return
        self.say(Ready())
        self._pipeline = EventPipeline(
            settings,
            lambda settings: RunManager(
                settings, self._on_saved, self._fail, live=True, on_exchange=self._on_exchange
            ),
        )
        self._recovering = self._loop.create_task(self._recover(settings))

    async def _recover(self, settings: Settings) -> None:
        try:
            results = recover(settings.folder, settings.participants, lambda: self._finish_received)
            for result in await asyncio.to_thread(list, results):
                self.say(recovery_notice(result))
        except Exception as error:  # noqa: BLE001 - new events must still be recorded
            self._fail(error)

    def _on_exchange(self, writer: RunWriter, exchange: Exchange) -> None:
        if self._live is not None:
            self.say(ExchangeStored(self._live.outline(writer, exchange)))

    def _on_saved(self, saved: SavedRecording) -> None:
        for notice in saved_notices(saved):
            self.say(notice)

    def _fail(self, error: Exception) -> None:
        self.say(failure_notice(error))

    def _acknowledge(self) -> None:
        try:
            del self._marks[: self._events.send(self._marks)]
        except BlockingIOError:
            self._loop.add_writer(self._events, self._acknowledge)
            self._marks_wait = True
            return
        except OSError:  # the proxy was killed; its earlier events are still processed
            self._marks.clear()
        if self._marks_wait and not self._marks:
            self._loop.remove_writer(self._events)
            self._marks_wait = False


async def _serve(events: socket.socket, notices: socket.socket) -> None:
    events.setblocking(False)
    server = _WorkerServer(events, notices)
    if await server.read():
        await server.finish()
    else:
        await server.leave()


def main() -> None:
    """Receive events until the proxy finishes or is killed."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    events, notices = (socket.socket(fileno=int(number)) for number in sys.argv[1:3])
    with events, notices:
        try:
            asyncio.run(_serve(events, notices))
        except Exception as error:  # noqa: BLE001 - a traceback may quote secrets
            with contextlib.suppress(OSError):
                notices.sendall(_encode(Failed(f"internal error ({type(error).__name__})")) + b"\n")
            sys.exit(1)


if __name__ == "__main__":
    main()
