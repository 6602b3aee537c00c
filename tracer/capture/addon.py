"""The mitmproxy addon: hooks in their order of life."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from mitmproxy import connection, ctx, exceptions, flow, http, tls
from mitmproxy.addonmanager import Loader
from mitmproxy.log import ALERT

from tracer.capture import options, processes
from tracer.capture.acknowledging import acknowledge
from tracer.capture.asking import ask_whom_it_concerns
from tracer.capture.book import JOURNALS, Kept
from tracer.capture.events import Connected, Disconnected
from tracer.capture.hanging_up import hang_up, stop_listening
from tracer.capture.intake import Intake
from tracer.capture.keeper import Keeper
from tracer.capture.notices import Failed, Notice, Said
from tracer.capture.reading import read_more_at_once
from tracer.capture.recovery import recover
from tracer.capture.reporting import failed, kept, recovered
from tracer.capture.settings import Draw, Settings
from tracer.capture.taps import Tap, tapped
from tracer.capture.telling import answered, asked
from tracer.capture.worker import Worker
from tracer.errors import TracerError

__all__ = ["Tracer"]

_log = logging.getLogger(__name__)
_LEVELS = {"alert": ALERT, "warning": logging.WARNING, "error": logging.ERROR}
_Hook = TypeVar("_Hook", bound=Callable[..., None])


@dataclass(slots=True)
class _Flow:
    """A flow under way. It is complete when both sides are, in whatever order."""

    flow: http.HTTPFlow
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
    """Records every run that comes through the proxy.

    ``aside``: in a process of its own, for a proxy that has traffic to serve meanwhile.
    """

    name = "tracer"

    def __init__(
        self, settings: Settings | None = None, draw: Draw | None = None, *, aside: bool = False
    ) -> None:
        self.settings = settings
        self.failure: Exception | None = None
        self.unrecorded = 0
        self._draw = draw
        self._aside = aside and os.name == "posix"
        self._stop_on_error = True
        self._announced = False
        self._stopping = False
        self._closing = False
        self._taker: Intake | Worker | None = None
        self._flows: dict[str, _Flow] = {}
        self._connections: set[str] = set()

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
        if self._taker is not None:
            self._taker.configure(self.settings)

    def running(self) -> None:
        """Recover what an earlier proxy left behind, and say once where recordings go."""
        if self._announced:
            return
        self._announced = True
        ask_whom_it_concerns(ctx.master.addons)
        options.quieten(ctx.options)
        settings = self._ready()
        if not isinstance(self.taker(), Worker):  # which recovers by itself
            for result in recover(settings.folder, settings.participants):
                self._say(recovered(result))
        folder = settings.folder / settings.release if settings.release else settings.folder
        _log.log(ALERT, "recordings are written to %s", folder.resolve())

    async def done(self) -> None:
        """Finish every run: what is under way now is recorded as broken off."""
        self._closing = True
        await stop_listening()
        for state in list(self._flows.values()):
            self._break_off(state, "the proxy stopped before the answer came")
        if self._taker is not None:
            await self._taker.finish()
            with contextlib.suppress(OSError):  # another proxy may be keeping journals there
                (self._ready().folder / JOURNALS).rmdir()
        await hang_up()
        self.end()

    # Traffic

    async def client_connected(self, client: connection.Client) -> None:
        """Find the local process while it is certainly there."""
        process = None
        if not self._stopping and client.sockname[1] not in self._ready().participants.senders:
            with contextlib.suppress(Exception):
                process = await asyncio.to_thread(processes.find, client.peername[:2], client.sockname[:2])
        self._connections.add(client.id)
        self._introduce(client, process)

    @_guarded
    def client_disconnected(self, client: connection.Client) -> None:
        """The run may be over; a request that was answered before it was complete will never be."""
        self._connections.discard(client.id)
        for state in [one for one in self._flows.values() if one.flow.client_conn.id == client.id]:
            if state.response_done:
                self._break_off(state, "the client broke the request off after the answer")
        self.taker().tell(Disconnected(client.id))

    def tls_failed_client(self, data: tls.TlsData) -> None:
        """A client that does not trust the proxy's CA sends nothing that could be recorded."""
        address = data.context.server.address
        _log.warning("a client does not trust the proxy's CA, asked for %s", address and address[0])

    async def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Wait until what was finished before is kept, and let a large body stream."""
        await self.taker().caught_up()
        if self._stopping or self._closing:
            flow.kill()
        else:
            self._begin(flow)

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
        if state is None or not self._is_live(flow):
            return
        state.response_tap = tapped(flow.response, self._ready().limit)
        if state.response_tap is not None:
            read_more_at_once(flow, flow.server_conn)

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

    def taker(self) -> Intake | Worker:
        """Who takes what is told of the traffic."""
        if self._taker is None:
            self._taker = self.new_taker()
        return self._taker

    def new_taker(self) -> Intake | Worker:
        """One in this process, unless traffic would have to wait for it."""
        if self._aside and ctx.options.server:
            return Worker(self._ready(), self._noticed)
        return Intake(self._ready(), self.new_keeper)

    def new_keeper(self, settings: Settings) -> Keeper:
        """A keeper by these settings."""
        live = bool(ctx.options.server)
        return Keeper(settings, self.on_kept, self.fail, live=live, stored=not live)

    def on_kept(self, what: Kept) -> None:
        """Called with each recording that was written in this process."""
        for line in kept(what):
            self._say(line)

    def end(self) -> None:
        """The proxy has stopped: say what went wrong, where mitmproxy's log is silent already."""
        if self.unrecorded:
            sys.stderr.write(f"tracer: {self.unrecorded} exchanges or recordings were not written\n")
        if self.failure is not None:
            sys.exit(1)

    # Helpers

    def fail(self, error: Exception, source: object = None) -> None:
        """Recording failed: stop the proxy and say so, or count what passes unrecorded."""
        self._failed(failed(error), error, source)

    def _failed(self, notice: Failed, error: Exception, source: object = None) -> None:
        self.unrecorded += 1
        if self._stop_on_error and self.failure is None:
            self.failure = error
        if notice.refused or not self._stop_on_error:
            _log.error("not recorded: %s", notice.reason)
            return
        if not self._stopping:
            self._stopping = True
            sys.stderr.write(f"tracer: {notice.reason}; the proxy stops, as it could not record\n")
        if isinstance(source, flow.Flow) and source.killable:
            source.kill()
        ctx.master.shutdown()

    def _noticed(self, notice: Notice) -> None:
        if isinstance(notice, Said):
            self._say(notice)
        elif isinstance(notice, Failed):
            self._failed(notice, TracerError(notice.reason))

    @staticmethod
    def _say(line: Said) -> None:
        _log.log(_LEVELS[line.level], "%s", line.text)

    def _ready(self) -> Settings:
        assert self.settings is not None, "configure comes before traffic"
        return self.settings

    def _is_live(self, flow: http.HTTPFlow) -> bool:
        return flow.client_conn.id in self._connections

    def _introduce(self, client: connection.Client, process: processes.Process | None = None) -> None:
        peer, local = client.peername, client.sockname
        self.taker().tell(
            Connected(client.id, str(peer[0]) if peer else "", local[1] if local else 0, process)
        )

    @_guarded
    def _begin(self, flow: http.HTTPFlow) -> None:
        live = self._is_live(flow)
        if not live:  # a stored one
            self._introduce(flow.client_conn)
        self.taker().tell(asked(flow))
        state = self._flows[flow.id] = _Flow(flow)
        if not live:
            return
        acknowledge(flow)
        state.request_tap = tapped(flow.request, self._ready().limit)
        if state.request_tap is not None:
            read_more_at_once(flow, flow.client_conn)

    def _break_off(self, state: _Flow, reason: str) -> None:
        state.flow.error = state.flow.error or flow.Error(reason)
        state.request_done = state.response_done = True
        self._complete(state)

    def _complete(self, state: _Flow) -> None:
        if not (state.request_done and state.response_done):
            return
        flow = state.flow
        del self._flows[flow.id]
        closes = _says_close(flow) or (not self._is_live(flow) and _ends(flow))
        self.taker().tell(answered(flow, state.request_tap, state.response_tap, closes=closes))


def _says_close(flow: http.HTTPFlow) -> bool:
    """Return whether a message says that it is the last on its connection (RFC 9112, section 9.6)."""
    messages = filter(None, (flow.request, flow.response))
    return any("close" in message.headers.get("connection", "").lower() for message in messages)


def _ends(flow: http.HTTPFlow) -> bool:
    """Return whether the connection ended with a stored flow, as far as that tells."""
    return flow.response is None or flow.client_conn.timestamp_end is not None
