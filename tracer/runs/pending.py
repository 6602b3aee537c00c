"""Storage of exchanges on disk until their run is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tracer.runs.run_writer import RunWriter
    from tracer.runs.sent_request import SentRequest

__all__ = ["PendingExchanges"]


class PendingExchanges:
    """The complete exchanges with an unknown run, in a ``RunWriter`` that is never finished.

    Each exchange moves to the writer of its run. Only a killed proxy leaves exchanges in the journal, and
    ``recover`` finds them. The methods raise OutputError if a write fails.
    """

    def __init__(self, new_writer: Callable[[], RunWriter]) -> None:
        self._new_writer = new_writer
        self._writer: RunWriter | None = None
        self._requests: list[SentRequest] = []

    def hold(self, request: SentRequest) -> None:
        """Store a complete exchange with an unknown run."""
        assert request.exchange is not None
        if self._writer is None:
            self._writer = self._new_writer()
        self._writer.take(request.exchange)
        self._requests.append(request)

    def let_go(self, request: SentRequest) -> None:
        """Remove an exchange that the writer of its run has stored."""
        if request in self._requests and self._writer is not None:
            self._writer.drop(self._requests.index(request))
            self._requests.remove(request)
            if not self._requests:
                self._writer = None

    def leave(self) -> None:
        """Close the journal. Its file stays for recovery."""
        if self._writer is not None:
            self._writer.leave()
