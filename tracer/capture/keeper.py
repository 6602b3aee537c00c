"""Keeps the books of all runs that are going on, from their first exchange to the recording."""

from __future__ import annotations

import asyncio
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
    one from being written. Finished runs are only looked for where the proxy is ``live``:
    of ``stored`` flows, all are over at the end.
    """

    def __init__(
        self,
        settings: Settings,
        on_kept: Callable[[Kept], None],
        on_failure: Callable[[Exception], None],
        *,
        live: bool,
        stored: bool = False,
    ) -> None:
        self._settings = settings
        self._on_kept = on_kept
        self._on_failure = on_failure
        self._live = live
        self._attribution = Attribution(settings.participants, self._resume, stored=stored)
        self._runs = self._attribution.runs
        self._stored = stored
        self._waiting = Waiting(self._waiting_book)
        self._books: dict[int, Book] = {}
        self._settling: dict[int, asyncio.Task[None]] = {}
        self._expiring: asyncio.Task[None] | None = None
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

    async def finish_all(self) -> None:
        """Make recordings of all runs that are going on."""
        await self._stop_waiting()
        self._take_later(self._attribution.rest())
        for run in list(self._runs.going):
            alive = run.process is not None and is_alive(run.process.identity)
            await self._finish(run, "the proxy stopped while the client was still running" if alive else "")
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
        tasks = [*self._settling.values(), *([self._expiring] if self._expiring else [])]
        # What fails has been reported by then, and keeps no run from being finished.
        await asyncio.gather(*tasks, return_exceptions=True)

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
        books, failures = [], []
        for request in complete:
            assert request.run is not None
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
        for run in self._runs.going:
            self._settle(run)
        if self._live and self._attribution.waiting and self._expiring is None:
            self._expiring = self._begin(self._expire())
        if failures:
            raise failures[0]
        return books

    async def _expire(self) -> None:
        """Have requests decided that wait too long for evidence."""
        try:
            while self._attribution.waiting and not self._closing:
                await asyncio.sleep(_POLL)
                self._take_later(self._attribution.expire())
        finally:
            self._expiring = None

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

    def _resume(self, run: Run, evidence: Evidence) -> None:
        try:
            self._books[run.number].resume()
        except TracerError:
            # Its recording was taken away or changed meanwhile: what comes now is a recording of its own.
            self._books[run.number] = self.new_book(run)

    def _settle(self, run: Run) -> None:
        """See to it that the run is finished once it is over."""
        if self._live and run.idle and run.number not in self._settling:
            task = self._begin(self._finish_when_over(run))
            self._settling[run.number] = task
            task.add_done_callback(lambda _: self._settling.pop(run.number, None))

    def _begin(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        """Begin work in the background. Report what it fails with."""

        def report(task: asyncio.Task[None]) -> None:
            error = None if task.cancelled() else task.exception()
            if isinstance(error, Exception):
                self._on_failure(error)

        task = asyncio.get_running_loop().create_task(work)
        task.add_done_callback(report)
        return task

    async def _finish_when_over(self, run: Run) -> None:
        waited = 0.0
        while run.idle and not self._closing:
            over = not is_alive(run.process.identity) if run.process else waited >= GRACE
            if over:
                self._take_later(self._attribution.over(run))
                await self._finish(run)
                return
            await asyncio.sleep(_POLL)
            waited += _POLL

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
