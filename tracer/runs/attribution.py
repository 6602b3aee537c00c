"""Attribution of exchanges to runs. A request is undecided until there is evidence of its run.

``ClientRequests`` attributes the requests of clients, ``ServiceCalls`` those of services. Both share one list
of undecided requests. A request leaves the list when its run is known and its exchange is complete.
"""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

from tracer.runs.client_requests import ClientRequests
from tracer.runs.run import Evidence, Run, Runs
from tracer.runs.service_calls import ServiceCalls

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tracer.model import Exchange, RunNote
    from tracer.runs.participant_map import ParticipantMap
    from tracer.runs.sent_request import SentRequest

__all__ = ["Attribution"]


class Attribution:
    """The assignment of each request to its run, independent of mitmproxy.

    ``stored`` requests come in the order of their time, and each with its end. For them, ``clock`` returns
    that time, in seconds since the epoch; for live requests, it returns monotonic seconds. ``on_resume``
    is called with each finished run that continues.
    """

    def __init__(
        self,
        participants: ParticipantMap,
        on_resume: Callable[[Run], None],
        *,
        stored: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.runs = Runs(on_resume)
        self._clock = clock
        self._undecided: list[SentRequest] = []
        self._clients = ClientRequests(self.runs, self._undecided, clock)
        self._services = ServiceCalls(self.runs, self._undecided, participants, stored=stored, clock=clock)

    def due(self) -> float:
        """Return the time of ``clock`` at which ``expire`` has a request to decide on."""
        return min(self._clients.due(), self._services.due())

    def earliest_end(self, run: Run) -> float:
        """Return the time of ``clock`` before which undecided requests may continue ``run``."""
        return self._clients.earliest_end(run)

    def request_started(self, evidence: Evidence) -> SentRequest:
        """Register a request at its beginning. Its run may still be unknown."""
        self._services.pass_time(evidence.started)
        if evidence.sender:
            return self._services.request_started(evidence)
        request = self._clients.request_started(evidence)
        self._services.client_sent(request)
        return request

    def exchange_completed(
        self, request: SentRequest, exchange: Exchange, tokens: Iterable[str], closed_connection: str | None
    ) -> list[SentRequest]:
        """Register the end of an exchange. Return the complete requests with a known run, each only once."""
        decided_before = request.run is not None and request not in self._undecided
        request.exchange, request.is_complete = exchange, True
        request.issued = frozenset(tokens)
        request.ended = math.inf if exchange.ended is None else exchange.ended
        if not request.evidence.sender:
            self._clients.exchange_completed(request, exchange, request.issued, closed_connection)
        self._services.exchange_completed(request, exchange)
        if decided_before:
            self._services.learn(request)
        decided = self._decided()
        # Requests that waited come first: they were sent earlier, even if their times are equal.
        return [*decided, request] if decided_before else decided

    def forget(self, request: SentRequest) -> None:
        """Remove an undecided request that could not be stored."""
        self._undecided.remove(request)
        request.awaits_evidence = False  # calls that were sent for it must not wait for ever
        for run in request.runs:
            run.in_flight -= 1

    def doubt(self, reason: RunNote) -> None:
        """Mark all known and all future runs as doubtful for ``reason``."""
        self.runs.doubt_all(reason)

    def closed(self, connection: str) -> list[SentRequest]:
        """Register the end of a client's connection. Return the requests that are decided by it."""
        self._clients.closed(connection)
        return self._decided()

    def over(self, run: Run) -> list[SentRequest]:
        """Decide on waiting requests before ``run`` ends. Return the decided requests."""
        self._clients.over(run)
        return self._decided()

    def expire(self) -> list[SentRequest]:
        """Decide on requests that have waited for ``PATIENCE`` seconds. Return the decided requests."""
        self._clients.expire()
        self._services.pass_time(self._clock())
        return self._decided()

    def rest(self) -> list[SentRequest]:
        """Decide on all complete requests, as no more evidence comes. Return them."""
        self._clients.rest()
        self._services.rest()
        return self._decided()

    def _decided(self) -> list[SentRequest]:
        """Remove the complete requests with a known run from the list of undecided ones, and return them."""
        decided: list[SentRequest] = []
        while True:
            self._services.reconsider()
            new = [each for each in self._undecided if each.run is not None and each.exchange is not None]
            if not new:
                return decided
            # The list is changed, not replaced, because ``ClientRequests`` and ``ServiceCalls`` share it.
            self._undecided[:] = [each for each in self._undecided if each not in new]
            for request in new:  # a request with a known run may show the run of other calls
                self._services.learn(request)
            decided += new
