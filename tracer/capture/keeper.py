"""Keeps the books of all runs that are going on, from their first exchange to the recording."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

from tracer.capture import processes
from tracer.capture.book import Book, Kept
from tracer.capture.calls import Calls, Sent
from tracer.capture.runs import Evidence, Run, Runs
from tracer.capture.settings import Settings
from tracer.capture.waiting import Waiting
from tracer.errors import TracerError
from tracer.model import Exchange
from tracer.processes import is_alive

__all__ = ["GRACE", "Keeper"]

GRACE = 3.0
"""Seconds that a remote client may be without a connection before its run is taken to be over."""

_POLL = 0.1

_WAITING = "the proxy ended before it was known which command {sender} sent this for"
_OWN = "sent by {sender} while it was answering no recorded command"
_BY_TIME = "several commands waited for {sender} at once: some of what it sent may have served another one"


class Keeper:
    """Which run an exchange belongs to is for ``Runs`` and ``Calls`` to say; how one is kept, for ``Book``.

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
        self._runs = Runs()
        self._calls = Calls(self._runs, settings.participants, stored=stored)
        self._stored = stored
        self._waiting = Waiting(self._waiting_book)
        self._books: dict[int, Book] = {}
        self._settling: dict[int, asyncio.Task[None]] = {}
        self._closing = False
        # One thread: writing is slow, and must not hold up the traffic.
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="tracer")

    def sent(self, evidence: Evidence) -> Sent:
        """A request was sent: find the run that it belongs to."""
        if evidence.sender:
            return self._calls.service(evidence)
        run = self._runs.find(evidence)
        if run is None:
            run = self._runs.begin(evidence)
            self._books[run.number] = self.new_book(evidence)
        elif self._runs.resume(run):
            self._resume(run, evidence)
        self._runs.sent(run, evidence)
        return self._calls.client(run, evidence)

    def answered(
        self, sent: Sent, exchange: Exchange, tokens: Iterable[str], closes: str | None
    ) -> list[Book]:
        """An exchange is complete: keep it, and what waited for it to know its run.

        Gives the books that took one. Raises OutputError, and the runs go on all the same.
        """
        if not sent.evidence.sender and sent.run:
            self._runs.handed_out(sent.run, tokens, closes)
        complete = self._calls.answered(sent, exchange)
        if sent not in complete and not self._stored:
            self._waiting.hold(sent)
        return self._take(complete)

    def closed(self, connection: str) -> None:
        """A client connection is gone: its run may be over."""
        run = self._runs.closed(connection)
        if run is not None:
            self._settle(run)

    async def finish_all(self) -> None:
        """Make recordings of all runs that are going on."""
        self._closing = True
        # A run that is being finished just now must not be left half-way.
        await asyncio.gather(*self._settling.values())
        self._take(self._calls.rest())
        for run in list(self._runs.going):
            alive = run.process is not None and is_alive(run.process.identity)
            await self._finish(run, "the proxy stopped while the client was still running" if alive else "")
        self._writer.shutdown()

    async def leave(self) -> None:
        """Leave the journals of what is going on as they are; what is being finished is finished."""
        self._closing = True
        await asyncio.gather(*self._settling.values())
        for run in self._runs.going:
            self._books[run.number].leave()
        self._writer.shutdown()

    def new_book(self, evidence: Evidence) -> Book:
        """The book of a run that begins."""
        if evidence.sender:
            return Book(self._settings.of_no_command(), note=_OWN.format(sender=evidence.sender))
        if evidence.process is not None:
            return Book(self._settings, processes.command_words(evidence.process.argv))
        return Book(
            self._settings,
            note=f"command not known: no local process held the client's connection ({evidence.peer})",
        )

    def finish_book(self, book: Book, interrupted: str) -> Kept:
        """Make the recording of a run that is over, or of one that is ``interrupted`` for some reason."""
        return book.finish(interrupted=interrupted)

    def _take(self, complete: Iterable[Sent]) -> list[Book]:
        books, failures = [], []
        for sent in complete:
            assert sent.run is not None
            assert sent.exchange is not None
            book = self._books.get(sent.run.number) or self.new_book(sent.evidence)
            self._books[sent.run.number] = book
            try:
                book.take(sent.exchange)
                books.append(book)
                # Only now: a proxy that is killed in between leaves it twice, and not at all never.
                self._waiting.let_go(sent)
                if sent.by_time_alone:
                    book.note(_BY_TIME.format(sender=sent.evidence.sender))
            except Exception as error:  # noqa: BLE001 - raised below: the others are to be kept first
                failures.append(error)
            sent.exchange = None
            sent.run.in_flight -= 1
        for run in self._runs.going:
            self._settle(run)
        if failures:
            raise failures[0]
        return books

    def _waiting_book(self, sent: Sent) -> Book:
        return Book(self._settings.of_no_command(), note=_WAITING.format(sender=sent.evidence.sender))

    def _resume(self, run: Run, evidence: Evidence) -> None:
        try:
            self._books[run.number].resume()
        except TracerError:
            # Its recording was taken away or changed meanwhile: what comes now is a recording of its own.
            self._books[run.number] = self.new_book(evidence)

    def _settle(self, run: Run) -> None:
        """See to it that the run is finished once it is over."""
        if self._live and run.idle and run.number not in self._settling:
            task = asyncio.get_running_loop().create_task(self._finish_when_over(run))
            self._settling[run.number] = task
            task.add_done_callback(lambda _: self._settling.pop(run.number, None))

    async def _finish_when_over(self, run: Run) -> None:
        waited = 0.0
        while run.idle and not self._closing:
            over = not is_alive(run.process.identity) if run.process else waited >= GRACE
            if over:
                await self._finish(run)
                return
            await asyncio.sleep(_POLL)
            waited += _POLL

    async def _finish(self, run: Run, interrupted: str = "") -> None:
        book = self._books[run.number]
        self._runs.finish(run)
        try:
            if book.exchanges:
                loop = asyncio.get_running_loop()
                work = loop.run_in_executor(self._writer, self.finish_book, book, interrupted)
                self._on_kept(await work)
        except Exception as error:  # noqa: BLE001 - the journal stays, and the next run goes on
            book.leave()
            self._on_failure(error)
        forgotten = self._runs.remember(run)
        if forgotten is not None:
            del self._books[forgotten.number]
