"""The mitmproxy addon: hooks in their order of life."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from mitmproxy import connection, ctx, exceptions, flow, http, tls
from mitmproxy.addonmanager import Loader
from mitmproxy.log import ALERT

from tracer.capture import options, processes
from tracer.capture.bodies import Tap, wants_stream
from tracer.capture.book import JOURNALS, Book, Kept
from tracer.capture.exchanges import exchange, skeleton
from tracer.capture.participants import CLIENT, named_by_agent
from tracer.capture.processes import Process
from tracer.capture.recovery import recover
from tracer.capture.runs import Evidence, Run, Runs
from tracer.capture.settings import Draw, Settings
from tracer.errors import TracerError
from tracer.model import Exchange

__all__ = ["Tracer"]

GRACE = 3.0
"""Seconds that a remote client may be without a connection before its run is taken to be over."""

_POLL = 0.1

_log = logging.getLogger(__name__)
_Hook = TypeVar("_Hook", bound=Callable[..., None])


@dataclass
class _Flow:
    """A flow under way. It is complete when both sides are, in whatever order."""

    flow: http.HTTPFlow
    run: Run
    request_done: bool = False
    response_done: bool = False
    request_tap: Tap | None = None
    response_tap: Tap | None = None


def _guarded(hook: _Hook) -> _Hook:
    """A fault of ours is for us to handle: mitmproxy would log it, secrets and all, and let traffic go by."""

    @functools.wraps(hook)
    def guarded(self: Tracer, *args: Any) -> None:
        try:
            hook(self, *args)
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not reach the log
            self.fail(error, args[0] if args else None)

    return guarded  # type: ignore[return-value]


class Tracer:
    """Records every run that comes through the proxy."""

    name = "tracer"

    exits = True
    """Whether a failure ends the process, as it must where nobody else looks at ``failure``."""

    def __init__(self, settings: Settings | None = None, draw: Draw | None = None) -> None:
        self.settings = settings
        self._draw = draw
        self.failure: Exception | None = None
        self.unrecorded = 0
        self.distrusted: set[str] = set()
        self._stop_on_error = True
        self._announced = False
        self._runs = Runs()
        self._books: dict[int, Book] = {}
        self._flows: dict[str, _Flow] = {}
        self._processes: dict[str, Process | None] = {}
        self._live: set[str] = set()
        self._settling: dict[int, asyncio.Task[None]] = {}
        # One thread: two runs that end together must not choose the same name.
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="tracer")

    # Life

    def load(self, loader: Loader) -> None:
        """Declare the options."""
        if self.settings is not None:
            return
        options.declare(loader)

    def configure(self, updated: set[str]) -> None:
        """Check the options. A wrong one stops mitmdump at its start; later it is refused (OptionsError)."""
        if not any(name.startswith(options.PREFIX) for name in updated):
            return
        try:
            self.settings, self._stop_on_error = options.read(ctx.options, self._draw)
        except TracerError as error:
            if self._announced:
                raise exceptions.OptionsError(str(error)) from None
            # mitmproxy would show an OptionsError of a script with its traceback.
            sys.stderr.write(f"tracer: wrong option: {error}\n")
            sys.exit(1)

    def running(self) -> None:
        """Say once where recordings go."""
        if self._announced:
            return
        self._announced = True
        folder = self._ready().folder
        release = self._ready().release
        self.recover(folder)
        _log.log(ALERT, "recordings are written to %s", (folder / release if release else folder).resolve())

    async def done(self) -> None:
        """Finish every run: what is under way now is recorded as broken off."""
        for task in self._settling.values():
            task.cancel()
        for state in list(self._flows.values()):
            state.flow.error = state.flow.error or flow.Error("the proxy stopped before the answer came")
            state.request_done = state.response_done = True
            self._complete(state.flow, state)
        for run in list(self._runs.going):
            await self._finish(run)
        self._writer.shutdown()
        with contextlib.suppress(OSError):  # another proxy may be keeping journals there
            (self._ready().folder / JOURNALS).rmdir()
        if self.failure is not None and self.exits:
            sys.exit(1)

    # Traffic

    async def client_connected(self, client: connection.Client) -> None:
        """Find the local process while it is certainly there."""
        self._live.add(client.id)
        with contextlib.suppress(Exception):
            self._processes[client.id] = await asyncio.to_thread(
                processes.find, client.peername[:2], client.sockname[:2]
            )

    def client_disconnected(self, client: connection.Client) -> None:
        """The run may be over."""
        self._live.discard(client.id)
        self._processes.pop(client.id, None)
        run = self._runs.closed(client.id)
        if run is not None:
            self._settle(run)

    def tls_failed_client(self, data: tls.TlsData) -> None:
        """A client that does not trust the proxy's CA sends nothing that could be recorded."""
        self.distrusted.add(str(data.context.server.address and data.context.server.address[0]))

    @_guarded
    def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Find the run, and let a large body stream."""
        evidence = self._evidence(flow)
        run = self._run(evidence)
        self._runs.sent(run, evidence)
        state = self._flows[flow.id] = _Flow(flow, run)
        keep = wants_stream(flow.request, self._ready().limit)
        if keep is not None and self._is_live(flow):
            state.request_tap = flow.request.stream = Tap(keep)

    @_guarded
    def request(self, flow: http.HTTPFlow) -> None:
        """The request is complete."""
        state = self._flows.get(flow.id)
        if state is not None:
            state.request_done = True
            self._complete(flow, state)

    @_guarded
    def responseheaders(self, flow: http.HTTPFlow) -> None:
        """Let a large body stream."""
        state = self._flows.get(flow.id)
        assert flow.response is not None
        keep = wants_stream(flow.response, self._ready().limit)
        if state is not None and keep is not None and self._is_live(flow):
            state.response_tap = flow.response.stream = Tap(keep)

    @_guarded
    def response(self, flow: http.HTTPFlow) -> None:
        """The response is complete."""
        state = self._flows.get(flow.id)
        if state is not None:
            state.response_done = True
            self._complete(flow, state)

    @_guarded
    def error(self, flow: http.HTTPFlow) -> None:
        """The flow ended without a complete response."""
        state = self._flows.get(flow.id)
        if state is not None:
            state.request_done = state.response_done = True
            self._complete(flow, state)

    # Helpers

    def on_exchange(self, run: Run, book: Book) -> None:
        """Called with each exchange that was kept."""

    def on_recording(self, kept: Kept) -> None:
        """Called with each recording that was written."""
        if kept.problem:
            _log.error("%s", kept.problem)
        steps = f", {kept.recording.verdict}" if kept.recording.verdict else ""
        _log.log(ALERT, "%s (%d exchanges%s)", kept.path, len(kept.recording.exchanges), steps)

    def recover(self, folder: Path) -> None:
        """Make recordings of what an earlier proxy left behind when it was killed."""
        for result in recover(folder, self._ready().participants):
            if isinstance(result, TracerError):
                _log.warning("journal left as it is: %s", result)
            else:
                _log.log(ALERT, "recovered %s", result)

    def new_book(self, evidence: Evidence) -> Book:
        """The book of a run that begins."""
        if evidence.process is not None:
            return Book(self._ready(), processes.command_words(evidence.process.argv))
        return Book(
            self._ready(),
            note=f"command not known: no local process held the client's connection ({evidence.peer})",
        )

    def finish_book(self, book: Book) -> Kept:
        """Make the recording of a run that is over."""
        return book.finish()

    def fail(self, error: Exception, source: object = None) -> None:
        """Recording failed: stop the proxy and say so, or count what passes unrecorded."""
        reason = str(error) if isinstance(error, TracerError) else f"internal error ({type(error).__name__})"
        self.unrecorded += 1
        if not self._stop_on_error:
            _log.error("not recorded: %s", reason)
            return
        if self.failure is None:
            self.failure = error
            sys.stderr.write(f"tracer: {reason}; the proxy stops, as it could not record\n")
        if isinstance(source, flow.Flow) and source.killable:
            source.kill()
        ctx.master.shutdown()

    def _ready(self) -> Settings:
        assert self.settings is not None, "configure comes before traffic"
        return self.settings

    def _is_live(self, flow: http.HTTPFlow) -> bool:
        return flow.client_conn.id in self._live

    def _evidence(self, flow: http.HTTPFlow) -> Evidence:
        headers = flow.request.headers
        path = flow.request.path.partition("?")[0].rstrip("/")
        return Evidence(
            connection=flow.client_conn.id,
            peer=str(flow.client_conn.peername[0]) if flow.client_conn.peername else "",
            process=self._processes.get(flow.client_conn.id),
            agent=headers.get("user-agent", ""),
            opening=f"{flow.request.method} {flow.request.url}",
            authenticates=flow.request.method == "POST" and path.endswith(("/auth/tokens", "/v2.0/tokens")),
            tokens=frozenset(headers.get_all("x-auth-token")),
        )

    def _run(self, evidence: Evidence) -> Run:
        run = self._runs.find(evidence)
        if run is None:
            run = self._runs.begin(evidence)
            self._books[run.number] = self.new_book(evidence)
        elif self._runs.resume(run):
            self._books[run.number].resume()
        return run

    def _complete(self, flow: http.HTTPFlow, state: _Flow) -> None:
        if not (state.request_done and state.response_done):
            return
        del self._flows[flow.id]
        book = self._books[state.run.number]
        book.take(self._exchange(flow, state))
        handed_out = flow.response.headers.get_all("x-subject-token") if flow.response else []
        closing = not self._is_live(flow) and _closes(flow)
        self._runs.answered(state.run, handed_out, flow.client_conn.id if closing else None)
        self.on_exchange(state.run, book)
        self._settle(state.run)

    def _exchange(self, flow: http.HTTPFlow, state: _Flow) -> Exchange:
        agent = flow.request.headers.get("user-agent", "")
        port = flow.client_conn.sockname[1] if flow.client_conn.sockname else 0
        sender = self._ready().participants.senders.get(port) or named_by_agent(agent) or CLIENT
        try:
            return exchange(
                flow,
                sender=sender,
                request_tap=state.request_tap,
                response_tap=state.response_tap,
                limit=self._ready().limit,
            )
        except Exception:  # noqa: BLE001 - recorded without its contents is better than not at all
            return skeleton(flow, sender=sender)

    def _settle(self, run: Run) -> None:
        """See to it that the run is finished once it is over."""
        if run.idle and run.number not in self._settling and self._live_loop():
            task = asyncio.get_running_loop().create_task(self._finish_when_over(run))
            self._settling[run.number] = task
            task.add_done_callback(lambda _: self._settling.pop(run.number, None))

    def _live_loop(self) -> bool:
        return bool(ctx.options.server)

    async def _finish_when_over(self, run: Run) -> None:
        waited = 0.0
        while run.idle:
            over = not processes.alive(run.process) if run.process else waited >= GRACE
            if over:
                await self._finish(run)
                return
            await asyncio.sleep(_POLL)
            waited += _POLL

    async def _finish(self, run: Run) -> None:
        book = self._books[run.number]
        self._runs.finish(run)
        try:
            if book.exchanges:
                kept = await asyncio.get_running_loop().run_in_executor(self._writer, self.finish_book, book)
                self.on_recording(kept)
        except Exception as error:  # noqa: BLE001 - the journal stays, and the next run goes on
            book.leave()
            self.fail(error)
        forgotten = self._runs.remember(run)
        if forgotten is not None:
            del self._books[forgotten.number]


def _closes(flow: http.HTTPFlow) -> bool:
    """Whether the connection ended with this exchange: all that a stored flow tells of it."""
    if flow.response is None or flow.client_conn.timestamp_end:
        return True
    return "close" in flow.response.headers.get("connection", "").lower()
