"""Exchanges on the disk until it is known which run they belong to."""

from __future__ import annotations

from collections.abc import Callable

from tracer.capture.book import Book
from tracer.capture.sentrequest import SentRequest

__all__ = ["Waiting"]


class Waiting:
    """A book that is never finished: each exchange leaves it for that of its run.

    Only a killed proxy leaves something in it, which ``recovery`` finds. Its methods raise
    OutputError where the disk won't take them.
    """

    def __init__(self, new_book: Callable[[], Book]) -> None:
        self._new_book = new_book
        self._book: Book | None = None
        self._held: list[SentRequest] = []

    def hold(self, request: SentRequest) -> None:
        """Keep a complete request whose run is not known yet."""
        assert request.exchange is not None
        if self._book is None:
            self._book = self._new_book()
        self._book.take(request.exchange)
        self._held.append(request)

    def let_go(self, request: SentRequest) -> None:
        """Drop a request that stands in the book of its run now."""
        if request in self._held and self._book is not None:
            self._book.drop(self._held.index(request))
            self._held.remove(request)
            if not self._held:
                self._book = None

    def leave(self) -> None:
        """Close the journal and leave it on the disk, for recovery."""
        if self._book is not None:
            self._book.leave()
