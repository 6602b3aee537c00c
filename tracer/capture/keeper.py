"""Keeps the books of all runs that are going on, from their first exchange to the recording."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Coroutine, Iterable
from concurrent.futures import ThreadPoolExecutor

from tracer.capture import processes
from tracer.capture.attribution import Attribution
from tracer.capture.book import Book, Kept
from tracer.capture.runs import GRACE, Evidence, Run
from tracer.capture.sentrequest import SentRequest
from tracer.capture.settings import Settings
from tracer.capture.waiting import Waiting
from tracer.errors import TracerError
from tracer.model import Exchange
from tracer.processes import is_alive

__all__ = ["GRACE", "Keeper"]

_POLL = 0.1

_WAITING = "the proxy ended before it was known which commands these exchanges belong to"
_OWN = "sent by {sender} while it was answering no recorded command"


class Keeper:
    """Keeps each exchange in the book of the run that ``Attribution`` gives it to.

    ``on_kept`` is called with each recording that was written, ``on_failure`` with what kept
    one from being written. Where the proxy is ``live``, what is ``due`` is done in the background;
    for ``stored`` flows, ``tend`` is called instead. ``clock`` gives monotonic seconds.
    """

    def __init__(
        self,
        settings: Settings,
        on_kept: Callable[[Kept], None],
        on_failure: Callable[[Exception], None],
        *,
        live: bool,
        stored: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._on_kept = on_kept
        self._on_failure = on_failure
        self._live = live
        self._attribution = Attribution(settings.participants, self._resume, stored=stored, clock=clock)
        self._runs = self._attribution.runs
        self._stored = stored
        self._clock = clock
        self._waiting = Waiting(self._waiting_book)
        self._books: dict[int, Book] = {}
        self._idle_since: dict[Run, float] = {}
        self._tending: asyncio.Task[None] | None = None
        self._closing = False
        # One thread: writing is slow, and must not hold up the traffic.
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="tracer")

    def sent(self, evidence: Evidence) -> SentRequest:
        """Take a request that was sent; its run may be known later only."""
        return self._attribution.sent(evidence)

    def answered(
        self, request: SentRequest, exchange: Exchange, tokens: Iterable[str], closes: str | None
    ) -> list[Book]:
        """Keep a complete exchange, and those whose run is known by it. Return the books that took one.

        Raises OutputError, and the runs go on all the same.
        """
        complete = self._attribution.answered(request, exchange, tokens, closes)
        try:
            if request not in complete and not self._stored:
                self._hold(request)
        finally:
            books = self._take(complete)
        return books

    def closed(self, connection: str) -> None:
        """Take the end of a client's connection: its run may be over. Raises OutputError."""
        self._take(self._attribution.closed(connection))

    def due(self) -> float:
        """Return the moment of ``clock`` from which on ``tend`` may have something to do."""
        ends = (self._end(run) for run in self._runs.going)
        return min(self._attribution.due(), min(ends, default=math.inf))

    async def tend(self) -> None:
        """Decide on requests that have waited long enough, and finish the runs that are over."""
        self._take_later(self._attribution.expire())
        for run in list(self._runs.going):
            if self._is_over(run):
                self._take_later(self._attribution.over(run))
                # A request that it took may show that it goes on.
                if self._is_over(run):
                    await self._finish(run)

    def doubt(self, reason: str) -> None:
        """Mark all runs that are known, and those to come, as undetermined."""
        self._attribution.doubt(reason)
        self._take_later(())

    async def finish_all(self, interrupted: str = "") -> None:
        """Make recordings of all runs that are going on, ``interrupted`` for some reason."""
        await self._stop_waiting()
        self._take_later(self._attribution.rest())
        for run in list(self._runs.going):
            alive = run.process is not None and is_alive(run.process.identity)
            await self._finish(
                run, "the proxy stopped while the client was still running" if alive else interrupted
            )
        self._writer.shutdown()

    async def leave(self) -> None:
        """Leave the journals of what is going on as they are; what is being finished is finished."""
        await self._stop_waiting()
        for run in self._runs.going:
            if run.number in self._books:
                self._books[run.number].leave()
        self._waiting.leave()
        self._writer.shutdown()

    async def _stop_waiting(self) -> None:
        self._closing = True
        # A run that is being finished just now must not be left half-way.
        # What fails has been reported by then, and keeps no run from being finished.
        await asyncio.gather(*filter(None, [self._tending]), return_exceptions=True)

    def new_book(self, run: Run) -> Book:
        """Return the book of a run that begins."""
        if run.service:
            return Book(self._settings.of_no_command(), note=_OWN.format(sender=run.service))
        if run.process is not None:
            return Book(self._settings, processes.command_words(run.process.argv))
        return Book(
            self._settings,
            note=f"command not known: no local process held the client's connection ({run.peer})",
        )

    def finish_book(self, book: Book, interrupted: str) -> Kept:
        """Make the recording of a run that is over, or of one that is ``interrupted`` for some reason."""
        return book.finish(interrupted=interrupted)

    def _hold(self, request: SentRequest) -> None:
        try:
            self._waiting.hold(request)
        except Exception:
            # The caller counts it as lost: it must not fail once more when its run is known.
            self._attribution.forget(request)
            raise

    def _take(self, complete: Iterable[SentRequest]) -> list[Book]:
        books: list[Book] = []
        failures: list[Exception] = []
        for request in complete:
            assert request.run is not None
            self._idle_since.pop(request.run, None)
            assert request.exchange is not None
            book = self._books.get(request.run.number) or self.new_book(request.run)
            self._books[request.run.number] = book
            try:
                book.take(request.exchange)
                books.append(book)
                # Only now: a kill in between leaves the exchange twice rather than not at all.
                self._waiting.let_go(request)
                if request.doubt:
                    book.doubt(request.doubt)
            except Exception as error:  # noqa: BLE001 - raised below: the others are to be kept first
                failures.append(error)
            request.exchange = None
            request.run.in_flight -= 1
        failures += self._note_doubts()
        self._note_idle()
        if self._live and self._tending is None and self.due() < math.inf:
            self._tending = self._begin(self._tend_on())
        if failures:
            raise failures[0]
        return books

    async def _tend_on(self) -> None:
        """Do what is due, until nothing is expected to be."""
        try:
            while self.due() < math.inf and not self._closing:
                await asyncio.sleep(_POLL)
                await self.tend()
        finally:
            self._tending = None

    def _take_later(self, complete: Iterable[SentRequest]) -> None:
        """Keep exchanges that no caller waits for."""
        try:
            self._take(complete)
        except Exception as error:  # noqa: BLE001 - the runs go on all the same
            self._on_failure(error)

    def _waiting_book(self) -> Book:
        book = Book(self._settings.of_no_command(), note=_WAITING)
        book.doubt("")
        return book

    def _resume(self, run: Run) -> None:
        try:
            self._books[run.number].resume()
        except TracerError:
            # Its recording was taken away or changed meanwhile: what comes now is a recording of its own.
            self._books[run.number] = self.new_book(run)

    def _note_doubts(self) -> list[Exception]:
        """Note in the books which runs are in doubt. Return what could not be noted."""
        failures: list[Exception] = []
        for run in self._runs.going:
            if run.doubt and run.number in self._books:
                try:
                    self._books[run.number].doubt(run.doubt)
                except Exception as error:  # noqa: BLE001 - the others are to be noted all the same
                    failures.append(error)
        return failures

    def _note_idle(self) -> None:
        """Note of each run since when nothing of it is under way."""
        since = self._idle_since
        self._idle_since = {run: since.get(run, self._clock()) for run in self._runs.going if run.idle}

    def _end(self, run: Run) -> float:
        """Return the moment from which on the run may be over."""
        idle = self._idle_since.get(run, math.inf) if run.idle else math.inf
        return idle if run.process else idle + GRACE

    def _is_over(self, run: Run) -> bool:
        if run.process is not None and is_alive(run.process.identity):
            return False
        return self._clock() >= self._end(run)

    def _begin(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        """Begin work in the background. Report what it fails with."""

        def report(task: asyncio.Task[None]) -> None:
            error = None if task.cancelled() else task.exception()
            if isinstance(error, Exception):
                self._on_failure(error)

        task = asyncio.get_running_loop().create_task(work)
        task.add_done_callback(report)
        return task

    async def _finish(self, run: Run, interrupted: str = "") -> None:
        book = self._books.get(run.number)
        self._runs.finish(run)
        if book is None:  # its only request failed to be kept
            return
        try:
            if book.exchanges:
                loop = asyncio.get_running_loop()
                work = loop.run_in_executor(self._writer, self.finish_book, book, interrupted)
                self._on_kept(await work)
        except Exception as error:  # noqa: BLE001 - the journal stays, and the next run goes on
            book.leave()
            self._on_failure(error)
        # Without a recording there is nothing to go on with: what comes is a recording of its own.
        evicted = self._runs.retain(run) if book.path is not None else run
        if evicted is not None:
            self._books.pop(evicted.number, None)
