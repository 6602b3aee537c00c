"""Storage of exchanges on disk until their run is known."""

from __future__ import annotations

from collections.abc import Callable

from tracer.runs.run_writer import RunWriter
from tracer.runs.sent_request import SentRequest

__all__ = ["PendingExchanges"]


class PendingExchanges:
    """A writer that is never finished: each exchange moves to the writer of its run.

    Only a killed proxy leaves exchanges in the writer, and ``recovery`` finds them. The methods raise
    OutputError if a write fails.
    """

    def __init__(self, new_writer: Callable[[], RunWriter]) -> None:
        self._new_writer = new_writer
        self._writer: RunWriter | None = None
        self._held: list[SentRequest] = []

    def hold(self, request: SentRequest) -> None:
        """Store a complete exchange with an unknown run."""
        assert request.exchange is not None
        if self._writer is None:
            self._writer = self._new_writer()
        self._writer.take(request.exchange)
        self._held.append(request)

    def let_go(self, request: SentRequest) -> None:
        """Remove an exchange that the writer of its run has stored."""
        if request in self._held and self._writer is not None:
            self._writer.drop(self._held.index(request))
            self._held.remove(request)
            if not self._held:
                self._writer = None

    def leave(self) -> None:
        """Close the journal. Its file stays for recovery."""
        if self._writer is not None:
            self._writer.leave()
