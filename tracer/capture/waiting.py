"""What services sent, on the disk until it is known which run it belongs to."""

from __future__ import annotations

from collections.abc import Callable

from tracer.capture.book import Book
from tracer.capture.calls import Sent

__all__ = ["Waiting"]


class Waiting:
    """A book that is never finished: each exchange leaves it for that of its run.

    Only a killed proxy leaves something in it, which ``recovery`` finds. Its methods raise
    OutputError where the disk won't take them.
    """

    def __init__(self, new_book: Callable[[Sent], Book]) -> None:
        self._new_book = new_book
        self._book: Book | None = None
        self._held: list[Sent] = []

    def hold(self, sent: Sent) -> None:
        """Keep a complete request whose run is not known yet."""
        assert sent.exchange is not None
        if self._book is None:
            self._book = self._new_book(sent)
        self._book.take(sent.exchange)
        self._held.append(sent)

    def let_go(self, sent: Sent) -> None:
        """It stands in the book of its run now."""
        if sent in self._held and self._book is not None:
            self._book.drop(self._held.index(sent))
            self._held.remove(sent)
            if not self._held:
                self._book = None
