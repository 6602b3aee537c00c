"""The requests of clients that wait for evidence of their run."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracer.runs.sent_request import SentRequest

__all__ = ["WaitingRequests"]


class WaitingRequests:
    """The requests of clients without a run among the ``undecided`` requests, which services share."""

    def __init__(self, undecided: Sequence[SentRequest]) -> None:
        self._undecided = undecided

    def all(self) -> list[SentRequest]:
        """Return all waiting requests."""
        return [request for request in self._undecided if request.run is None and not request.evidence.sender]

    def on(self, connection: str) -> list[SentRequest]:
        """Return the requests on one connection."""
        return [request for request in self.all() if request.evidence.connection == connection]

    def complete(self) -> list[SentRequest]:
        """Return the requests that have ended, in the order of time."""
        complete = [request for request in self.all() if request.is_complete]
        return sorted(complete, key=lambda request: request.evidence.started)

    def alone(self) -> list[SentRequest]:
        """Return the ended requests from closed connections, in the order of time."""
        return [request for request in self.complete() if request.alone < math.inf]
