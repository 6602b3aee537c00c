"""The mitmproxy addon, with its hooks in the order of their calls."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING

from mitmproxy import connection, ctx, exceptions, flow, http, tls
from mitmproxy.log import ALERT

from tracer.capture import log_redaction
from tracer.capture.mitm import options
from tracer.capture.mitm.active_flow import ActiveFlow
from tracer.capture.mitm.distrust import Distrust, MitmdumpRemedies
from tracer.capture.mitm.flow_events import connected, exchange_completed, request_started
from tracer.capture.mitm.hook_dispatch import install
from tracer.capture.mitm.hook_guard import guarded
from tracer.capture.mitm.quick_ack import acknowledge
from tracer.capture.mitm.reporter import ProxyReporter
from tracer.capture.mitm.shutdown import hang_up, stop_listening
from tracer.capture.mitm.stored_flows import StoredFlowPlayback
from tracer.capture.mitm.taps import tap_request, tap_response
from tracer.capture.mitm.trust import distrusted_client, distrusted_server
from tracer.capture.mitm.tunnels import Tunnels, failed_tunnel
from tracer.capture.sockets import socket_owners
from tracer.capture.worker.connection import WorkerConnection
from tracer.capture.worker.live_exchanges import LiveExchanges
from tracer.capture.worker.outcomes import recovery_notice, saved_notices
from tracer.errors import TracerError
from tracer.redaction import Redactor, load_policy
from tracer.runs import client_process
from tracer.runs.event_pipeline import EventPipeline
from tracer.runs.events import Disconnected
from tracer.runs.recovery import recover
from tracer.runs.run_manager import RunManager
from tracer.runs.settings import JOURNALS, Draw, Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from mitmproxy.addonmanager import Loader
    from mitmproxy.proxy.server_hooks import ServerConnectionHookData

    from tracer.model import Exchange
    from tracer.runs.event_sink import EventSink
    from tracer.runs.run_writer import RunWriter, SavedRecording

__all__ = ["Tracer"]

_log = logging.getLogger(__name__)
_LATE = 1.0
"""Seconds after the end of a client's connection in which mitmproxy may still report an error."""

_LOST = "the connection ended, and mitmproxy reported no answer and no error: its log may tell why"


class Tracer:
    """The addon that records every run through the proxy.

    ``aside`` moves the recording of live traffic into a separate process, on POSIX systems. With ``exits``,
    a failure of recording ends the program with exit code 1 after the proxy has stopped. Without it, the
    caller reads ``reporter.failure``. ``on_exchange`` is called with each exchange of live traffic that a run
    now has, redacted, with its label so far, and without header fields and contents.
    """

    name = "tracer"

    def __init__(
        self,
        settings: Settings | None = None,
        draw: Draw | None = None,
        *,
        aside: bool = False,
        distrust: Distrust | None = None,
        exits: bool = True,
        on_exchange: Callable[[Exchange], None] | None = None,
    ) -> None:
        self.settings = settings
        self._reads_options = settings is None
        self.reporter = ProxyReporter(on_exchange)
        self._draw = draw
        self._exits = exits
        self._on_exchange = on_exchange
        self._live = LiveExchanges()
        self._aside = aside and os.name == "posix"
        self._announced = False
        self._sink: EventSink | None = None
        self._flows: dict[str, ActiveFlow] = {}
        self._connections: set[str] = set()
        self._tunnels = Tunnels()
        self._owners = socket_owners()
        self._distrust = distrust or Distrust(MitmdumpRemedies(), _log.warning)
        self._patches = ExitStack()

    def load(self, loader: Loader) -> None:
        """Start to redact mitmproxy's log. Declare the options, unless the settings are given."""
        if self._reads_options:
            options.declare(loader)
        self._patches.callback(log_redaction.install(self._log_redactor))

    def configure(self, updated: set[str]) -> None:
        """Check and apply the options, unless the settings are given.

        A wrong option ends the program during its start. Later, it raises OptionsError.
        """
        changed = any(name.startswith(options.PREFIX) or name == options.AUTHORITY for name in updated)
        if not self._reads_options or not changed:
            return
        try:
            self.settings, self.reporter.stop_on_error = options.read(ctx.options, self._draw)
        except TracerError as error:
            if self._announced:
                raise exceptions.OptionsError(str(error)) from None
            # mitmproxy would show an OptionsError of a script with its traceback.
            sys.stderr.write(f"tracer: wrong option: {error}\n")
            sys.exit(1)
        if self._sink is not None:
            self._sink.configure(self.settings)

    @guarded
    def running(self) -> None:
        """Recover the journals of an earlier proxy, and log the folder of recordings once."""
        if self._announced:
            return
        self._announced = True
        self._patches.callback(install(ctx.master.addons))
        self._patches.callback(options.quieten(ctx.options))
        settings = self._ready()
        self.sink()
        if not self._has_worker:
            for result in recover(settings.folder, settings.participants):
                self.reporter.log(recovery_notice(result))
        _log.log(ALERT, "recordings are written to %s", settings.release_folder.resolve())

    @guarded
    async def client_connected(self, client: connection.Client) -> None:
        """Report a new connection, with the local process of its client. The process may end soon."""
        process = None
        if not self.reporter.stopping and client.sockname[1] not in self._ready().participants.service_ports:
            process = await self._find_process(client)
        self._connections.add(client.id)
        self.sink().receive(connected(client, process))

    @guarded
    def http_connect(self, flow: http.HTTPFlow) -> None:
        """Remember the tunnel. If it fails, no request follows that could be recorded."""
        self._tunnels.open(flow)

    @guarded
    def http_connect_error(self, flow: http.HTTPFlow) -> None:
        """Record a tunnel that could not be opened."""
        self._tunnels.use(flow.client_conn.id)
        tunnel = failed_tunnel(flow)
        if tunnel is not None:
            self._record_tunnel(tunnel)

    @guarded
    def server_connect(self, data: ServerConnectionHookData) -> None:
        """Remember a connection to a server without a request. If it fails, no request follows."""
        if not any(state.flow.client_conn.id == data.client.id for state in self._flows.values()):
            self._tunnels.open_without_request(data)

    @guarded
    def tls_failed_client(self, data: tls.TlsData) -> None:
        """Warn of a client that does not trust the proxy's CA: such a client sends no request."""
        host = distrusted_client(data)
        if host:
            self._distrust.client_refused(host)

    @guarded
    def tls_failed_server(self, data: tls.TlsData) -> None:
        """Warn of a cloud whose certificate the proxy does not trust."""
        host = distrusted_server(data)
        if host:
            self._distrust.proxy_refused(host, data.conn.error or "")

    @guarded
    async def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Begin a flow, once all earlier exchanges are stored. Stream a large body.

        While the proxy stops, kill the flow instead. After the start of ``done``, a stored flow waits
        without end.
        """
        self._tunnels.use(flow.client_conn.id)
        await self.sink().caught_up()
        if self.reporter.stopping or self.reporter.closing:
            if self._is_live(flow) or self.reporter.stopping:
                flow.kill()
            else:
                # Without this, mitmproxy reads and prints further stored flows until its event loop ends.
                await asyncio.get_running_loop().create_future()
        else:
            self._begin(flow)

    @guarded
    async def request(self, flow: http.HTTPFlow) -> None:
        """Copy the content of the complete request, before later addons change it."""
        state = self._flows.get(flow.id)
        if state is None:
            return
        await state.take_request(self._ready().limit)
        if self._flows.get(flow.id) is state:
            state.request_done = True
            self._complete(state)

    @guarded
    def responseheaders(self, flow: http.HTTPFlow) -> None:
        """Stream a large body of a live response."""
        state = self._flows.get(flow.id)
        assert flow.response is not None
        if state is None or not self._is_live(flow):
            return
        late = bool(ctx.options.stream_large_bodies)
        state.response_tap = tap_response(flow, self._ready().limit, late=late)

    @guarded
    async def response(self, flow: http.HTTPFlow) -> None:
        """Record the response. Return when the worker process has it, before the client gets it."""
        await self._responded(flow)
        await self.sink().delivered()

    @guarded
    async def _responded(self, flow: http.HTTPFlow) -> None:
        state = self._flows.get(flow.id)
        if state is None:
            return
        await state.take_response(self._ready().limit)
        if self._flows.get(flow.id) is state:
            state.response_done = True
            self._complete(state)

    @guarded
    async def error(self, flow: http.HTTPFlow) -> None:
        """Record a flow that ended without a complete response."""
        self._failed_without_answer(flow)
        await self.sink().delivered()

    @guarded
    def _failed_without_answer(self, flow: http.HTTPFlow) -> None:
        state = self._flows.get(flow.id)
        if state is not None:
            state.request_done = state.response_done = True
            self._complete(state)

    @guarded
    def client_disconnected(self, client: connection.Client) -> None:
        """Report the end of a connection, and end its flows and its tunnel.

        A flow with a response is broken off: its request stays incomplete. Any other flow gets ``_LATE``
        seconds, as mitmproxy may still report its error.
        """
        self._connections.discard(client.id)
        for state in [state for state in self._flows.values() if state.flow.client_conn.id == client.id]:
            if state.response_done:
                self._break_off(state, "the client broke the request off after the answer")
            else:
                self._give_up_later(state)
        tunnel = self._tunnels.close(client.id)
        if tunnel is not None:
            self._record_tunnel(tunnel)
        self.sink().receive(Disconnected(client.id))

    async def done(self) -> None:
        """Finish every run. Record requests in flight as broken off."""
        self.reporter.closing = True
        try:
            for step in (stop_listening, self._break_off_all, self._finish_sink, hang_up):
                try:
                    await step()
                except Exception as error:  # noqa: BLE001 - the next step must run too
                    self.reporter.fail(error)
            if self._exits:
                self.reporter.exit_on_failure()
        finally:
            # Last: before this, mitmdump may print URLs, and mitmproxy may log an error with its traceback.
            self._patches.close()

    # Overridden by SingleRun

    def new_sink(self) -> EventSink:
        """Return a new sink of events.

        Stored flows get a playback, live traffic the worker process (with ``aside``) or a pipeline in this
        process.
        """
        if not ctx.options.server:
            return StoredFlowPlayback(self._ready(), self.on_saved, self.reporter)
        if self._has_worker:
            watched = self._on_exchange is not None
            return WorkerConnection(self._ready(), self.reporter.on_notice, watched=watched)
        return EventPipeline(
            self._ready(),
            lambda settings: RunManager(
                settings, self.on_saved, self.reporter.fail, live=True, on_exchange=self.on_stored
            ),
        )

    def on_stored(self, writer: RunWriter, exchange: Exchange) -> None:
        """Report an exchange that this process stored."""
        if self._on_exchange is not None:
            self._on_exchange(self._live.outline(writer, exchange))

    def on_saved(self, saved: SavedRecording) -> None:
        """Log a recording that this process wrote."""
        for line in saved_notices(saved):
            self.reporter.log(line)

    # Helpers

    def _log_redactor(self) -> Redactor:
        """Return a new redactor. The pseudonyms of two log lines are independent of each other."""
        return Redactor(load_policy(*(self.settings.policies if self.settings else ())))

    def sink(self) -> EventSink:
        """Return the sink of all events; create it on the first call."""
        if self._sink is None:
            self._sink = self.new_sink()
        return self._sink

    async def _break_off_all(self) -> None:
        for state in list(self._flows.values()):
            if self._is_live(state.flow):
                self._break_off(state, "the proxy stopped before the answer came")
            else:  # a stored flow shows which messages it lacks
                self._break_off(state, _LOST if state.live else None)
        for tunnel in self._tunnels.close_all():
            self._record_tunnel(tunnel)

    async def _finish_sink(self) -> None:
        if self._sink is not None:
            await self._sink.finish()
            with contextlib.suppress(OSError):  # another proxy may have journals there
                (self._ready().folder / JOURNALS).rmdir()

    @property
    def _has_worker(self) -> bool:
        """Whether a separate process records live traffic. That process recovers earlier journals itself."""
        return self._aside and bool(ctx.options.server)

    def _ready(self) -> Settings:
        assert self.settings is not None, "configure comes before traffic"
        return self.settings

    def _is_live(self, flow: http.HTTPFlow) -> bool:
        return flow.client_conn.id in self._connections

    async def _find_process(self, client: connection.Client) -> client_process.ClientProcess | None:
        """Return the local process at the client's end of the connection, None if it is not found."""
        with contextlib.suppress(Exception):
            pid = await self._owners.find(client.peername[:2], client.sockname[:2])
            return client_process.read(pid) if pid else None
        return None

    def _begin(self, flow: http.HTTPFlow) -> None:
        live = self._is_live(flow)
        if not live:  # a stored flow
            self.sink().receive(connected(flow.client_conn))
        self.sink().receive(request_started(flow))
        state = self._flows[flow.id] = ActiveFlow(flow, live)
        if not live:
            return
        acknowledge(flow)
        if flow.response is None:  # another addon has answered it already
            late = bool(ctx.options.stream_large_bodies)
            state.request_tap = tap_request(flow, self._ready().limit, late=late)

    @guarded
    def _record_tunnel(self, tunnel: http.HTTPFlow) -> None:
        self.sink().receive(request_started(tunnel))
        self.sink().receive(exchange_completed(tunnel, None, None, closes=False))

    @guarded
    def _break_off(self, state: ActiveFlow, reason: str | None) -> None:
        if reason is not None:
            state.flow.error = state.flow.error or flow.Error(reason)
        state.request_done = state.response_done = True
        self._complete(state)

    def _give_up_later(self, state: ActiveFlow) -> None:
        asyncio.get_running_loop().call_later(_LATE, self._give_up, state)

    def _give_up(self, state: ActiveFlow) -> None:
        """Record a flow as broken off if its client has left and mitmproxy has reported no end.

        Most likely mitmproxy crashed in this flow. An intercepted flow waits for its user and is checked
        again later. If another addon delays the flow in a slow hook, the later response is not recorded.
        """
        if self._flows.get(state.flow.id) is not state:
            return
        if state.flow.intercepted:
            self._give_up_later(state)
        else:
            self._break_off(state, _LOST)

    def _complete(self, state: ActiveFlow) -> None:
        if state.done:
            del self._flows[state.flow.id]
            event = state.complete(self._ready().limit, connected=self._is_live(state.flow))
            self.sink().receive(event)
