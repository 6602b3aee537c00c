"""Attribution of exchanges to runs: a request is undecided until there is evidence of its run.

``clientrequests`` decides on what clients send, ``calls`` on what services send. Both share one
list of undecided requests. An exchange leaves it when its run is known and it is complete.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable

from tracer.capture.calls import ServiceCalls
from tracer.capture.clientrequests import ClientRequests
from tracer.capture.participantmap import ParticipantMap
from tracer.capture.runs import Evidence, Run, Runs
from tracer.capture.sentrequest import SentRequest
from tracer.model import Exchange

__all__ = ["Attribution"]


class Attribution:
    """Decides which run each request belongs to; needs neither a proxy nor flows.

    ``stored`` requests come in the order of their time, and each with its end: there, ``clock`` gives
    that time, in seconds since the epoch; else it gives monotonic seconds. ``on_resume`` is called
    with each finished run that goes on.
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
        self._services = ServiceCalls(self.runs, self._undecided, participants, stored=stored)

    def due(self) -> float:
        """Return the moment of ``clock`` at which ``expire`` decides something next."""
        return self._clients.due()

    def sent(self, evidence: Evidence) -> SentRequest:
        """Take a request that was sent."""
        self._services.pass_time(evidence.started)
        if evidence.sender:
            return self._services.sent(evidence)
        request = self._clients.sent(evidence)
        self._services.client_sent(request)
        return request

    def answered(
        self, request: SentRequest, exchange: Exchange, tokens: Iterable[str], closed_connection: str | None
    ) -> list[SentRequest]:
        """Take the end of a request. Return the complete requests whose run is known now, each once."""
        decided_before = request.run is not None and request not in self._undecided
        request.exchange, request.answered = exchange, True
        request.ended = math.inf if exchange.ended is None else exchange.ended
        if not request.evidence.sender:
            self._clients.answered(request, exchange, tokens, closed_connection)
        self._services.answered(request, exchange)
        decided = self._decided()
        # Those that waited were sent first: times may be equal, and the order tells then.
        return [*decided, request] if decided_before else decided

    def forget(self, request: SentRequest) -> None:
        """Drop an undecided request: it could not be kept."""
        self._undecided.remove(request)
        for run in request.runs:
            run.in_flight -= 1

    def doubt(self, reason: str) -> None:
        """Set a doubt on all runs that are known, and on those to come."""
        self.runs.doubt_all(reason)

    def closed(self, connection: str) -> list[SentRequest]:
        """Take the end of a client's connection. Return the requests decided by that."""
        self._clients.closed(connection)
        return self._decided()

    def over(self, run: Run) -> list[SentRequest]:
        """Decide on waiting requests before a run ends. Return the decided ones."""
        self._clients.over(run)
        return self._decided()

    def expire(self) -> list[SentRequest]:
        """Decide on requests that have waited long enough, and return them."""
        self._clients.expire()
        self._services.pass_time(self._clock())
        return self._decided()

    def rest(self) -> list[SentRequest]:
        """Decide on all complete requests, as no more evidence comes, and return them."""
        self._clients.rest()
        self._services.rest()
        return self._decided()

    def _decided(self) -> list[SentRequest]:
        self._services.reconsider()
        decided = [each for each in self._undecided if each.run is not None and each.exchange is not None]
        # In place: both who decide share the list.
        self._undecided[:] = [each for each in self._undecided if each not in decided]
        return decided
