"""The mitmproxy addon: hooks in their order of life."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from mitmproxy import connection, ctx, exceptions, flow, http, tls
from mitmproxy.addonmanager import Loader
from mitmproxy.log import ALERT

from tracer.capture import options, processes
from tracer.capture.acknowledging import acknowledge
from tracer.capture.bodies import Tap, wants_stream
from tracer.capture.book import JOURNALS, Book, Kept
from tracer.capture.calls import Sent
from tracer.capture.exchanges import exchange, skeleton
from tracer.capture.fields import Fields
from tracer.capture.hanging_up import hang_up
from tracer.capture.keeper import Keeper
from tracer.capture.participants import CLIENT, named_by_agent
from tracer.capture.processes import Process
from tracer.capture.recovery import recover
from tracer.capture.runs import Evidence
from tracer.capture.settings import Draw, Settings
from tracer.errors import LeakError, TracerError
from tracer.model import Exchange

__all__ = ["Tracer"]

_log = logging.getLogger(__name__)
_Hook = TypeVar("_Hook", bound=Callable[..., None])


@dataclass
class _Flow:
    """A flow under way. It is complete when both sides are, in whatever order."""

    flow: http.HTTPFlow
    sent: Sent
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

    def __init__(self, settings: Settings | None = None, draw: Draw | None = None) -> None:
        self.settings = settings
        self.failure: Exception | None = None
        self.unrecorded = 0
        self._draw = draw
        self._stop_on_error = True
        self._announced = False
        self._stopping = False
        self._keeper: Keeper | None = None
        self._flows: dict[str, _Flow] = {}
        self._processes: dict[str, Process | None] = {}
        self._live: set[str] = set()

    # Life

    def load(self, loader: Loader) -> None:
        """Declare the options."""
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
        self._keeper = None if self._keeper is None else self.new_keeper()

    def running(self) -> None:
        """Recover what an earlier proxy left behind, and say once where recordings go."""
        if self._announced:
            return
        self._announced = True
        options.quieten(ctx.options)
        settings = self._ready()
        for result in recover(settings.folder, settings.participants):
            if isinstance(result, TracerError):
                _log.warning("journal left as it is: %s", result)
            else:
                _log.log(ALERT, "recovered %s", result)
        folder = settings.folder / settings.release if settings.release else settings.folder
        _log.log(ALERT, "recordings are written to %s", folder.resolve())

    async def done(self) -> None:
        """Finish every run: what is under way now is recorded as broken off."""
        for state in list(self._flows.values()):
            self._break_off(state, "the proxy stopped before the answer came")
        if self._keeper is not None:
            await self._keeper.finish_all()
            with contextlib.suppress(OSError):  # another proxy may be keeping journals there
                (self._ready().folder / JOURNALS).rmdir()
        await hang_up()
        self.end()

    # Traffic

    async def client_connected(self, client: connection.Client) -> None:
        """Find the local process while it is certainly there."""
        self._live.add(client.id)
        if self._stopping or client.sockname[1] in self._ready().participants.senders:
            return
        with contextlib.suppress(Exception):
            self._processes[client.id] = await asyncio.to_thread(
                processes.find, client.peername[:2], client.sockname[:2]
            )

    @_guarded
    def client_disconnected(self, client: connection.Client) -> None:
        """The run may be over; a request that was answered before it was complete will never be."""
        self._live.discard(client.id)
        for state in [one for one in self._flows.values() if one.flow.client_conn.id == client.id]:
            if state.response_done:
                self._break_off(state, "the client broke the request off after the answer")
        self._processes.pop(client.id, None)
        self.keeper().closed(client.id)

    def tls_failed_client(self, data: tls.TlsData) -> None:
        """A client that does not trust the proxy's CA sends nothing that could be recorded."""
        address = data.context.server.address
        _log.warning("a client does not trust the proxy's CA, asked for %s", address and address[0])

    @_guarded
    def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Find the run, and let a large body stream."""
        if self._stopping:
            flow.kill()
            return
        state = self._flows[flow.id] = _Flow(flow, self.keeper().sent(self.evidence(flow)))
        if self._is_live(flow):
            acknowledge(flow.client_conn)
        keep = wants_stream(flow.request, self._ready().limit)
        if keep is not None and self._is_live(flow):
            state.request_tap = flow.request.stream = Tap(keep)

    @_guarded
    def request(self, flow: http.HTTPFlow) -> None:
        """The request is complete."""
        state = self._flows.get(flow.id)
        if state is not None:
            state.request_done = True
            self._complete(state)

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
            self._complete(state)

    @_guarded
    def error(self, flow: http.HTTPFlow) -> None:
        """The flow ended without a complete response."""
        state = self._flows.get(flow.id)
        if state is not None:
            state.request_done = state.response_done = True
            self._complete(state)

    # What a tracer of another kind does in its own way

    def keeper(self) -> Keeper:
        """What the runs are kept by."""
        if self._keeper is None:
            self._keeper = self.new_keeper()
        return self._keeper

    def new_keeper(self) -> Keeper:
        """A keeper by today's settings."""
        live = bool(ctx.options.server)
        return Keeper(self._ready(), self.on_kept, self.fail, live=live, stored=not live)

    def evidence(self, flow: http.HTTPFlow) -> Evidence:
        """Where the flow comes from."""
        request, fields = flow.request, Fields(flow.request.headers)
        agent, url = fields.get(b"user-agent"), request.url
        posted = request.method == "POST"
        path = request.path.partition("?")[0].rstrip("/") if posted else ""
        return Evidence(
            connection=flow.client_conn.id,
            peer=str(flow.client_conn.peername[0]) if flow.client_conn.peername else "",
            process=self._processes.get(flow.client_conn.id),
            agent=agent,
            opening=f"{request.method} {url}",
            authenticates=posted and path.endswith(("/auth/tokens", "/v2.0/tokens")),
            tokens=frozenset(fields.all(b"x-auth-token") + fields.all(b"x-service-token")),
            sender=self.by_port(flow) or named_by_agent(agent) or "",
            subjects=frozenset(fields.all(b"x-subject-token")),
            url=url,
            started=request.timestamp_start,
        )

    def by_port(self, flow: http.HTTPFlow) -> str | None:
        """The service whose port of the proxy the flow came in by."""
        local = flow.client_conn.sockname
        return self._ready().participants.senders.get(local[1]) if local else None

    def on_exchange(self, book: Book) -> None:
        """Called when a book has taken an exchange."""

    def on_kept(self, kept: Kept) -> None:
        """Called with each recording that was written."""
        if kept.problem:
            _log.error("%s", kept.problem)
        verdict = f", {kept.recording.verdict}" if kept.recording.verdict else ""
        _log.log(ALERT, "%s (%d exchanges%s)", kept.path, len(kept.recording.exchanges), verdict)

    def end(self) -> None:
        """The proxy has stopped: say what went wrong, where mitmproxy's log is silent already."""
        if self.unrecorded:
            sys.stderr.write(f"tracer: {self.unrecorded} exchanges or recordings were not written\n")
        if self.failure is not None:
            sys.exit(1)

    # Helpers

    def fail(self, error: Exception, source: object = None) -> None:
        """Recording failed: stop the proxy and say so, or count what passes unrecorded."""
        reason = str(error) if isinstance(error, TracerError) else f"internal error ({type(error).__name__})"
        self.unrecorded += 1
        # A refused artefact is no reason to refuse the next one, nor anybody's traffic.
        goes_on = isinstance(error, LeakError) or not self._stop_on_error
        if self._stop_on_error and self.failure is None:
            self.failure = error
        if goes_on:
            _log.error("not recorded: %s", reason)
            return
        if not self._stopping:
            self._stopping = True
            sys.stderr.write(f"tracer: {reason}; the proxy stops, as it could not record\n")
        if isinstance(source, flow.Flow) and source.killable:
            source.kill()
        ctx.master.shutdown()

    def _ready(self) -> Settings:
        assert self.settings is not None, "configure comes before traffic"
        return self.settings

    def _is_live(self, flow: http.HTTPFlow) -> bool:
        return flow.client_conn.id in self._live

    def _break_off(self, state: _Flow, reason: str) -> None:
        state.flow.error = state.flow.error or flow.Error(reason)
        state.request_done = state.response_done = True
        self._complete(state)

    def _complete(self, state: _Flow) -> None:
        if not (state.request_done and state.response_done):
            return
        flow = state.flow
        del self._flows[flow.id]
        tokens = flow.response.headers.get_all("x-subject-token") if flow.response else []
        closes = None if self._is_live(flow) or not _closes(flow) else flow.client_conn.id
        for book in self.keeper().answered(state.sent, self._exchange(state), tokens, closes):
            self.on_exchange(book)

    def _exchange(self, state: _Flow) -> Exchange:
        flow, settings = state.flow, self._ready()
        sender = self.by_port(flow) or named_by_agent(state.sent.evidence.agent) or CLIENT
        taps = {"request_tap": state.request_tap, "response_tap": state.response_tap}
        try:
            return exchange(flow, sender=sender, limit=settings.limit, **taps)
        except Exception:  # noqa: BLE001 - recorded without its contents is better than not at all
            return skeleton(flow, sender=sender)


def _closes(flow: http.HTTPFlow) -> bool:
    """Whether the connection ended with this exchange: all that a stored flow tells of it."""
    if flow.response is None or flow.client_conn.timestamp_end:
        return True
    return "close" in flow.response.headers.get("connection", "").lower()
