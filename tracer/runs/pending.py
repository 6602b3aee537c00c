"""Storage of exchanges on disk until their run is known."""

from __future__ import annotations

from collections.abc import Callable

from tracer.runs.run_writer import Book
from tracer.runs.sent_request import SentRequest

__all__ = ["Waiting"]


class Waiting:
    """A book that is never finished: each exchange moves to the book of its run.

    Only a killed proxy leaves exchanges in the book, and ``recovery`` finds them. The methods raise
    OutputError if a write fails.
    """

    def __init__(self, new_book: Callable[[], Book]) -> None:
        self._new_book = new_book
        self._book: Book | None = None
        self._held: list[SentRequest] = []

    def hold(self, request: SentRequest) -> None:
        """Store a complete exchange with an unknown run."""
        assert request.exchange is not None
        if self._book is None:
            self._book = self._new_book()
        self._book.take(request.exchange)
        self._held.append(request)

    def let_go(self, request: SentRequest) -> None:
        """Remove an exchange that the book of its run has stored."""
        if request in self._held and self._book is not None:
            self._book.drop(self._held.index(request))
            self._held.remove(request)
            if not self._held:
                self._book = None

    def leave(self) -> None:
        """Close the journal. Its file stays for recovery."""
        if self._book is not None:
            self._book.leave()
