"""The addon for one command: all requests of its client are one run."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from mitmproxy import connection, http, tls
from mitmproxy import flow as mitmproxy_flow

from tracer.capture.client.trusted_ca import with_authority
from tracer.capture.client.usage import usage_error
from tracer.capture.mitm.distrust import CommandRemedies, Distrust
from tracer.capture.mitm.flow_events import connected
from tracer.capture.mitm.tracer_addon import Tracer
from tracer.capture.mitm.tunnels import Tunnels
from tracer.filenames import first_free, safe_name
from tracer.redaction import Redactor, load_policy
from tracer.runs.client_process import ClientProcess, client_command
from tracer.runs.event_pipeline import EventPipeline
from tracer.runs.run_manager import RunManager

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tracer.capture.client.command import StartedClient
    from tracer.model import Exchange, Output, Recording
    from tracer.runs.events import RequestStarted
    from tracer.runs.run import Evidence, Run
    from tracer.runs.run_writer import RunWriter, SavedRecording
    from tracer.runs.settings import Settings

__all__ = ["SingleRun"]


_OPEN_JOURNALS = 64
"""Number of latest clients with open journals. A script may start more clients than files may be open."""


class _CommandManager(RunManager):
    """A manager of the runs of one command. They end with the command.

    ``writers`` are the writers of the client's runs, in the order of their first exchanges. The name of a
    later recording has a number.
    """

    def __init__(
        self, tracer: SingleRun, settings: Settings, environment: Mapping[str, str], command: ClientProcess
    ) -> None:
        super().__init__(
            settings, tracer.on_saved, tracer.reporter.fail, live=False, on_exchange=tracer.on_stored
        )
        self._command = command
        self._has_output = True
        self.writers: list[RunWriter] = []
        self.output: Output | None = None
        self.interrupted = "the proxy stopped before the client ended"
        self._environment = environment
        self._redactor = tracer.redactor

    def new_writer(self, run: Run) -> RunWriter:
        if run.service:
            return super().new_writer(run)
        settings = self._settings
        if settings.name and self.writers:
            settings = settings.named(self._further_name(settings.name))
        # All clients of the command share the known secrets: one may send or print those of another.
        writer = self.client_writer(run, settings, self._environment, self._redactor.known)
        self.writers.append(writer)
        if len(self.writers) > _OPEN_JOURNALS:
            self.writers[-1 - _OPEN_JOURNALS].leave()
        self._has_output = len(self.writers) == 1 and (
            run.process is None or _is_wrapped(run.process, self._command)
        )
        return writer

    def _further_name(self, name: str) -> str:
        """Return a name for a further recording. Unlike ``name`` itself, it replaces no recording."""
        folder, used = self._settings.release_folder, {writer.settings.name for writer in self.writers}

        def is_taken(further: str) -> bool:
            return further in used or os.path.lexists(folder / f"{safe_name(further)}.yaml")

        return first_free(lambda number: f"{name}-{number + 1}", is_taken)

    def finish_writer(self, writer: RunWriter, interrupted: str) -> SavedRecording:
        """Write a recording, with the output and the exit code if they are those of this client alone."""
        if writer not in self.writers:
            return super().finish_writer(writer, interrupted)
        interrupted = self.interrupted if writer is self.writers[-1] else ""
        return writer.finish(interrupted=interrupted, output=self.output if self._has_output else None)


class _CommandPipeline(EventPipeline):
    """A pipeline for one command, the sender of each request that comes through no service's proxy port.

    ``process`` stands for a client process that is not known.
    """

    def __init__(self, settings: Settings, manager: _CommandManager, process: ClientProcess) -> None:
        super().__init__(settings, lambda _: manager)
        self._process = process

    def evidence(self, request: RequestStarted) -> Evidence:
        sender = self.service_by_port(request)
        evidence = super().evidence(request)
        process = None if sender else evidence.process or self._process
        return evidence._replace(process=process, sender=sender)


class SingleRun(Tracer):
    """The addon for one command. ``saved`` is the command's recording after the proxy has stopped.

    A command may start several clients, and an interactive shell has several commands: ``further`` are the
    recordings after the first. ``others`` are the recordings of background runs of services. ``reached`` is
    True once the client has connected to the proxy. ``listens`` is set once the proxy accepts connections.
    With ``is_alone``, all connections are those of the command itself, and no process is looked for.
    """

    def __init__(
        self,
        settings: Settings,
        argv: Sequence[str],
        environment: Mapping[str, str],
        on_exchange: Callable[[Recording], None] | None,
        remedies: CommandRemedies,
        on_warning: Callable[[str], None],
        *,
        is_alone: bool = False,
    ) -> None:
        super().__init__(settings, distrust=Distrust(remedies, on_warning), exits=False)
        self.saved: SavedRecording | None = None
        self.further: list[SavedRecording] = []
        self.others: list[SavedRecording] = []
        self.redactor = Redactor(load_policy(*settings.policies))
        self.redactor.learn_environment(environment)
        for secret in settings.secrets:
            self.redactor.learn("password", secret)
        self.redactor.command(argv)
        self._command = ClientProcess(0, 0.0, tuple(argv))
        self._latest = self._command
        self._is_alone = is_alone
        self._callback = on_exchange
        self._manager = _CommandManager(self, settings, environment, self._command)
        self.reached = False
        self.listens = asyncio.Event()
        # Every tunnel is accepted, and the client opens a tunnel only for a request.
        self._tunnels = Tunnels(unused="the client left before it sent its request")
        self._remedies = remedies
        self._unusable = ""

    def ended(self, client: StartedClient) -> None:
        """Store the output, the exit code, and an early end of the client for the recording."""
        self._manager.output = client.outcome
        self._manager.interrupted = f"the client was ended by {client.killed_by}" if client.killed_by else ""

    async def drained(self, seconds: float) -> None:
        """Wait until no flow is in progress, at most ``seconds``."""
        for _ in range(int(seconds / 0.02)):
            if not self._flows:
                return
            await asyncio.sleep(0.02)

    def has_later_work(self) -> bool:
        """Return whether services may still send requests for the command."""
        self._manager.expire()
        return time.monotonic() < self._manager.work_until()

    def is_cut_off(self) -> bool:
        """Return whether services had not done their work for the command."""
        return self._manager.is_cut_off()

    def problems(self, environment: Mapping[str, str]) -> list[str]:
        """Return the likely reasons why nothing was recorded."""
        if refused := self._usage_error():
            return [refused]
        if self._distrust.warnings:
            return self._distrust.warnings
        url = self.redactor.text(environment.get("OS_AUTH_URL", ""))
        return [
            "the command sent no request through the proxy",
            f"is OS_AUTH_URL right ({url})?"
            if url
            else "is OS_AUTH_URL set, or a cloud chosen with OS_CLOUD?",
            "does the command itself set no_proxy or a proxy of its own?",
        ]

    def _usage_error(self) -> str | None:
        output = self._manager.output
        if output is None:
            return None
        return usage_error(self._command.argv, output, self.redactor.text)

    def running(self) -> None:
        """Set ``listens``. Log nothing, as the caller reports the path of the recording."""
        self.listens.set()

    async def client_connected(self, client: connection.Client) -> None:
        """Report a new connection, with the process that opened it: the command, or a program that it runs.

        A process that is not found is most likely the latest one.
        """
        self._connections.add(client.id)
        by_client = client.sockname[1] not in self._ready().participants.service_ports
        self.reached |= by_client
        if by_client and not self._is_alone:
            process = await self._find_process(client)
            if process is not None:
                self._latest = self._command if _is_same(process, self._command) else process
        self.sink().receive(connected(client, self._latest if by_client else None))

    def http_connect(self, flow: http.HTTPFlow) -> None:
        """Accept every tunnel, so that the client sends its request even to an unreachable cloud.

        mitmproxy then connects to the cloud when the client begins TLS. If that fails, the recording
        contains the request with the reason, as for a cloud without TLS.
        """
        super().http_connect(flow)
        flow.response = flow.response or http.Response(
            b"HTTP/1.1", 200, b"Connection established", http.Headers(), b"", None, 0.0, 0.0
        )

    def tls_start_server(self, data: tls.TlsData) -> None:
        """Warn if mitmproxy could not prepare the check of the cloud's certificate."""
        if data.ssl_conn is None:
            self._unusable = self._remedies.unusable()
            self._distrust.warn(self._unusable)

    def tls_failed_server(self, data: tls.TlsData) -> None:
        """Set the reason as error. Without this, mitmproxy reports only "connection closed" in this case."""
        if data.ssl_conn is None and self._unusable:
            data.conn.error = self._unusable
        super().tls_failed_server(data)

    async def error(self, flow: http.HTTPFlow) -> None:
        """Set the same reason as error of a request that could not be sent."""
        if self._unusable and flow.request.scheme == "https" and flow.server_conn.timestamp_tls_setup is None:
            flow.error = mitmproxy_flow.Error(self._unusable)
        await super().error(flow)

    def new_sink(self) -> EventPipeline:
        """Return a pipeline for the single run."""
        return _CommandPipeline(self._ready(), self._manager, self._command)

    def on_stored(self, writer: RunWriter, _exchange: Exchange) -> None:
        """Call the callback with the recording so far."""
        if self._callback is not None and writer in self._manager.writers:
            self._callback(writer.preview())

    def on_saved(self, saved: SavedRecording) -> None:
        """Store a written recording in ``saved``, ``further`` or, for a background run, in ``others``."""
        if all(writer.path != saved.path for writer in self._manager.writers):
            self.others.append(saved)
        elif self.saved is None:
            self.saved = saved
        else:
            self.further.append(saved)


def _is_same(process: ClientProcess, command: ClientProcess) -> bool:
    """Return whether ``process`` has the command line of ``command``, except for the file of the CA."""
    return _words(process) == _words(command)


def _is_wrapped(process: ClientProcess, command: ClientProcess) -> bool:
    """Return whether ``command`` only starts ``process``, as ``timeout 5 openstack …`` does.

    A shell or a script may print more, and has an exit code of its own.
    """
    words = _words(process)
    return _words(command)[-len(words) :] == words


def _words(process: ClientProcess) -> tuple[str, ...]:
    return tuple(client_command(tuple(with_authority(process.argv, Path()))))
