"""Storage of all runs in progress, from their first exchange to the recording."""

from __future__ import annotations

import asyncio
import math
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from tracer.errors import TracerError
from tracer.model import RunNote
from tracer.processes import is_alive
from tracer.runs import client_packages, client_process
from tracer.runs.attribution import Attribution
from tracer.runs.later_work import UNFINISHED, LaterWork
from tracer.runs.pending import PendingExchanges
from tracer.runs.run import GRACE, Evidence, Run
from tracer.runs.run_writer import RunWriter, SavedRecording

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable, Mapping

    from tracer.model import Exchange
    from tracer.redaction import KnownSecrets
    from tracer.runs.sent_request import SentRequest
    from tracer.runs.settings import Settings

__all__ = ["GRACE", "RunManager"]

_POLL = 0.1

_WAITING = RunNote(code="proxy-ended")
_SHELL = RunNote(code="interactive-shell")


class RunManager:
    """The manager of the writers of all runs in progress. ``Attribution`` selects the run of each exchange.

    ``on_saved`` is called with each written recording, ``on_failure`` with each error that no caller
    receives. ``on_exchange`` is called with each exchange that a run now has, redacted, and with the writer
    of the run. With ``live``, a background task runs ``tend`` when work is due. For ``stored`` flows, the
    caller runs ``tend``. ``clock`` returns seconds: monotonic ones, or since the epoch for stored flows.
    """

    def __init__(
        self,
        settings: Settings,
        on_saved: Callable[[SavedRecording], None],
        on_failure: Callable[[Exception], None],
        *,
        live: bool,
        stored: bool = False,
        clock: Callable[[], float] = time.monotonic,
        on_exchange: Callable[[RunWriter, Exchange], None] = lambda _writer, _exchange: None,
    ) -> None:
        self._settings = settings
        self._on_saved = on_saved
        self._on_failure = on_failure
        self._on_exchange = on_exchange
        self._live = live
        self._attribution = Attribution(settings.participants, self._resume, stored=stored, clock=clock)
        self._runs = self._attribution.runs
        self._stored = stored
        self._clock = clock
        self._pending = PendingExchanges(self._pending_writer)
        self._writers: dict[int, RunWriter] = {}
        self._idle_since: dict[Run, float] = {}
        self._later_work = LaterWork(settings.linger, sees_services=bool(settings.participants.service_ports))
        self._tending: asyncio.Task[None] | None = None
        self._closing = False
        # A thread, as a slow write must not delay the traffic.
        self._disk = ThreadPoolExecutor(max_workers=1, thread_name_prefix="tracer")

    def request_started(self, evidence: Evidence) -> SentRequest:
        """Register a request at its beginning. Its run may still be unknown."""
        return self._attribution.request_started(evidence)

    def exchange_completed(
        self, request: SentRequest, exchange: Exchange, tokens: Iterable[str], closed_connection: str | None
    ) -> None:
        """Store a complete exchange, and pending exchanges that it decides.

        Raises OutputError if a write fails. The runs continue nevertheless.
        """
        complete = self._attribution.exchange_completed(request, exchange, tokens, closed_connection)
        try:
            if request not in complete and not self._stored:
                self._hold(request)
        finally:
            self._take(complete)

    def closed(self, connection: str) -> None:
        """Register the end of a client's connection. Its run may be over. Raises OutputError."""
        self._take(self._attribution.closed(connection))

    def due(self) -> float:
        """Return the earliest time of ``clock`` at which ``tend`` may have work; infinity without any."""
        ends = (self._end(run) for run in self._runs.going)
        return min(self._attribution.due(), min(ends, default=math.inf))

    async def tend(self) -> None:
        """Decide on requests that have waited long enough, and finish completed runs."""
        self.expire()
        for run in list(self._runs.going):
            if self._is_over(run):
                self._take_later(self._attribution.over(run))
                # A request that was just assigned to the run may show that the run continues.
                if self._is_over(run):
                    self._note_unfinished(run)
                    await self._finish(run)

    def expire(self) -> None:
        """Decide on requests that have waited long enough."""
        self._take_later(self._attribution.expire())

    def is_cut_off(self) -> bool:
        """Return whether services have not done the work for all runs."""
        return any(map(self._is_cut_off, self._runs.going))

    def work_until(self) -> float:
        """Return the time of the clock at which services may have done the work for all runs."""
        ends = (
            min(self._later_work.end(run, self._idle(run)), self._later_work.limit(run))
            for run in self._runs.going
            if self._later_work.is_expected(run)
        )
        return max(ends, default=-math.inf)

    def doubt(self, reason: RunNote) -> None:
        """Mark all known and all future runs as undetermined, with ``reason`` as a note."""
        self._attribution.doubt(reason)
        self._take_later(())

    async def finish_all(self, interrupted: str = "") -> None:
        """Write the recordings of all runs. ``interrupted`` is the reason of an early end, or empty."""
        await self._stop_waiting()
        self._take_later(self._attribution.rest())
        for run in list(self._runs.going):
            self._note_unfinished(run)
            await self._finish(
                run, "the proxy stopped while the client was still running" if _runs_on(run) else interrupted
            )
        self._disk.shutdown()

    async def leave(self) -> None:
        """Complete the recordings that are being written. Close the other journals, and leave their files."""
        await self._stop_waiting()
        for run in self._runs.going:
            if run.number in self._writers:
                self._writers[run.number].leave()
        self._pending.leave()
        self._disk.shutdown()

    async def _stop_waiting(self) -> None:
        self._closing = True
        # A recording that is being written must be completed. The task has already reported
        # its errors, and they must not prevent other recordings.
        await asyncio.gather(*filter(None, [self._tending]), return_exceptions=True)

    def new_writer(self, run: Run) -> RunWriter:
        """Create the writer of a new run."""
        if run.service:
            return RunWriter(
                self._settings.of_no_command(),
                note=RunNote(code="service-itself", values={"sender": run.service}),
            )
        return self.client_writer(run, self._settings)

    @staticmethod
    def client_writer(
        run: Run,
        settings: Settings,
        environment: Mapping[str, str] | None = None,
        known: KnownSecrets | None = None,
    ) -> RunWriter:
        """Create the writer of the run of a client.

        ``environment`` is the one of the client if that cannot be read from its process. ``known`` are
        secrets that the run shares with other runs.
        """
        if run.process is not None:
            argv = run.process.argv
            own = client_packages.environment_of(run.process.pid) or environment or {}
            versions = client_packages.client_versions(argv, own)
            settings = settings.with_auth_url(own.get("OS_AUTH_URL", ""))
            if run.shell is not None:
                settings = settings.with_catalogue(run.shell.catalogue)
                writer = RunWriter(settings, note=_SHELL, client_versions=versions, known=known)
                writer.redactor.learn_command(argv)
                return writer
            command = client_process.client_command(argv)
            return RunWriter(settings, command, client_versions=versions, known=known)
        return RunWriter(settings, note=RunNote(code="no-process", values={"peer": run.peer}), known=known)

    def finish_writer(self, writer: RunWriter, interrupted: str) -> SavedRecording:
        """Write the recording of a run. ``interrupted`` is the reason of an early end, or empty."""
        return writer.finish(interrupted=interrupted)

    def _hold(self, request: SentRequest) -> None:
        try:
            self._pending.hold(request)
        except Exception:
            # The caller counts the request as lost. It must not fail again when its run is known.
            self._attribution.forget(request)
            raise

    def _take(self, complete: Iterable[SentRequest]) -> None:
        failures: list[Exception] = []
        for request in complete:
            assert request.run is not None
            self._idle_since.pop(request.run, None)
            self._later_work.exchange_taken(request, self._clock())
            assert request.exchange is not None
            writer = self._writers.get(request.run.number) or self.new_writer(request.run)
            self._writers[request.run.number] = writer
            try:
                exchange = writer.take(request.exchange)
                # Last, so that a kill in between duplicates the exchange instead of losing it.
                self._pending.let_go(request)
                if request.doubt:
                    writer.doubt(request.doubt)
                self._on_exchange(writer, exchange)
            except Exception as error:  # noqa: BLE001 - raised below, after the other exchanges are stored
                failures.append(error)
            request.exchange = None
            request.run.in_flight -= 1
        failures += self._note_doubts()
        self._note_idle()
        if self._live and self._tending is None and self.due() < math.inf:
            self._tending = self._begin(self._tend_on())
        if failures:
            raise failures[0]

    async def _tend_on(self) -> None:
        """Run ``tend`` again and again until no more work is expected."""
        try:
            while self.due() < math.inf and not self._closing:
                await asyncio.sleep(_POLL)
                await self.tend()
        finally:
            self._tending = None

    def _take_later(self, complete: Iterable[SentRequest]) -> None:
        """Store exchanges. Report an error to ``on_failure``, as no caller waits for it."""
        try:
            self._take(complete)
        except Exception as error:  # noqa: BLE001 - the runs continue nevertheless
            self._on_failure(error)

    def _pending_writer(self) -> RunWriter:
        writer = RunWriter(self._settings.of_no_command(), note=_WAITING)
        writer.doubt()
        return writer

    def _resume(self, run: Run) -> None:
        try:
            self._writers[run.number].resume()
        except TracerError:
            # Its recording was removed or changed meanwhile, so later exchanges get a new recording.
            self._writers[run.number] = self.new_writer(run)

    def _note_doubts(self) -> list[Exception]:
        """Store the doubts of runs in their writers. Return the errors."""
        failures: list[Exception] = []
        for run in self._runs.going:
            if run.doubt and run.number in self._writers:
                try:
                    self._writers[run.number].doubt(run.doubt)
                except Exception as error:  # noqa: BLE001 - the doubts of other runs must still be stored
                    failures.append(error)
        return failures

    def _is_cut_off(self, run: Run) -> bool:
        return self._later_work.is_cut_off(run, self._clock())

    def _note_unfinished(self, run: Run) -> None:
        """Put a run in doubt that ends before services have done their work for it."""
        if self._is_cut_off(run):
            self._runs.doubt(run, UNFINISHED)
            self._take_later(())

    def _note_idle(self) -> None:
        """Store the time since which each idle run has been idle."""
        since = self._idle_since
        self._idle_since = {run: since.get(run, self._clock()) for run in self._runs.going if run.idle}

    def _end(self, run: Run) -> float:
        """Return the earliest time at which the run may be over; infinity while it is not idle."""
        idle = self._idle(run)
        end = self._later_work.end(run, idle)
        if run.process:
            return end
        end = max(end, idle + GRACE)
        return end if end > self._clock() else max(end, self._attribution.earliest_end(run))

    def _idle(self, run: Run) -> float:
        """Return the time since which the run has been idle; infinity while it is not idle."""
        return self._idle_since.get(run, math.inf) if run.idle else math.inf

    def _is_over(self, run: Run) -> bool:
        if _runs_on(run):
            return False
        return self._clock() >= self._end(run)

    def _begin(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        """Start ``work`` in the background. Report its error to ``on_failure``."""

        def report(task: asyncio.Task[None]) -> None:
            error = None if task.cancelled() else task.exception()
            if isinstance(error, Exception):
                self._on_failure(error)

        task = asyncio.get_running_loop().create_task(work)
        task.add_done_callback(report)
        return task

    async def _finish(self, run: Run, interrupted: str = "") -> None:
        writer = self._writers.get(run.number)
        self._runs.finish(run)
        self._later_work.forget(run)
        if writer is None:  # its only exchange could not be stored
            self._runs.forget(run)
            return
        try:
            if writer.exchanges:
                loop = asyncio.get_running_loop()
                work = loop.run_in_executor(self._disk, self.finish_writer, writer, interrupted)
                self._on_saved(await work)
        except Exception as error:  # noqa: BLE001 - the journal stays for recovery, and other runs continue
            writer.leave()
            self._on_failure(error)
        if writer.path is not None:
            evicted = self._runs.retain(run)
        else:  # a run without a recording cannot be resumed: later exchanges belong to a new run
            self._runs.forget(run)
            evicted = run
        if evicted is not None:
            self._writers.pop(evicted.number, None)


def _runs_on(run: Run) -> bool:
    """Return whether the local client of ``run`` may send more requests of the same command."""
    return run.process is not None and not run.superseded and is_alive(run.process.identity)
