"""Attribution of the requests of services to runs.

The sender is known, the run is unknown: one process answers many clients, and sends its service calls
for all of them with one account and over a few connections. The evidence, the strongest first:

1. the token that the service validates (X-Subject-Token) or passes on: a run carries that token in a
   request that the service is answering, or the run obtained the token;
2. the request that the service is answering at that moment, if only one run has such a request;
3. if several runs have one: the token that the service validates next on the same connection, as a
   service logs in and validates a token in direct succession.

The service's own token is no evidence. Requests of a service that is answering no request form a
background run.
"""

from __future__ import annotations

import math
from collections import deque
from typing import TYPE_CHECKING

from tracer.model import RunNote
from tracer.runs.sent_request import SentRequest
from tracer.sequences import Catalogue

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tracer.model import Exchange
    from tracer.runs.participant_map import ParticipantMap
    from tracer.runs.run import Evidence, Run, Runs

__all__ = ["ServiceCalls"]

_CATALOGUES = 4
"""Number of service catalogues that are remembered. A cloud has one catalogue."""


class ServiceCalls:
    """The assignment of service calls to runs, at once or when evidence comes.

    While a request may belong to several runs, it counts as in flight for each of them. ``undecided``
    contains all requests without a run, also those of clients. ``stored`` requests come each with its
    end; requests with equal times come in any order. A stored service call waits for a later request,
    as only then all requests in flight at its time are known.
    """

    def __init__(
        self, runs: Runs, undecided: list[SentRequest], participants: ParticipantMap, *, stored: bool
    ) -> None:
        self._runs = runs
        self._participants = participants
        self._stored = stored
        self._under_way: list[SentRequest] = []
        self._undecided = undecided
        self._stored_calls: list[SentRequest] = []
        self._catalogues: deque[Catalogue] = deque(maxlen=_CATALOGUES)

    def pass_time(self, now: float) -> None:
        """Find the runs of the stored service calls that began before ``now`` (seconds since the epoch)."""
        if not self._stored:
            return
        earlier = [call for call in self._stored_calls if call.evidence.started < now]
        for call in earlier:
            self._stored_calls.remove(call)
            self._find_runs(call)
        oldest = min((call.evidence.started for call in self._stored_calls), default=now)
        self._under_way = [each for each in self._under_way if each.ended >= oldest]

    def client_sent(self, request: SentRequest) -> None:
        """Register a request of a client, as a service may send calls while it answers."""
        self._under_way.append(request)

    def request_started(self, evidence: Evidence) -> SentRequest:
        """Register a request of a service, and find its possible runs."""
        request = SentRequest(evidence)
        if self._stored:
            self._stored_calls.append(request)
        else:
            self._find_runs(request)
        self._under_way.append(request)
        return request

    def exchange_completed(self, request: SentRequest, exchange: Exchange) -> None:
        """Register the end of an exchange of a client or a service. Remember the catalogue of a login."""
        if exchange.request.method == "POST" and exchange.response and exchange.response.status == 201:
            catalogue = Catalogue.from_exchanges([exchange])
            if catalogue:  # a created user or network has none, and must not replace a login's
                self._catalogues.appendleft(catalogue)
        if self._stored:
            return
        self._under_way.remove(request)

    def reconsider(self) -> None:
        """Update the possible runs of undecided calls. Decide by time if no better evidence can come."""
        for call in self._open():
            if not call.runs and (candidates := _runs(call.answering)):
                self._propose(call, candidates)
            # The exchanges of all requests that the call may serve are complete, and no token has decided.
            if len(call.runs) > 1 and all(each.is_complete for each in call.answering):
                self._decide_by_time(call)

    def rest(self) -> None:
        """Decide on all service calls, as no more evidence comes."""
        self.pass_time(math.inf)
        self.reconsider()
        for call in self._open():
            if call.runs:
                self._decide_by_time(call)
            else:
                self._propose(call, [self._runs.background_run(call.evidence)])

    def _open(self) -> list[SentRequest]:
        return [each for each in self._undecided if each.evidence.sender and each.run is None]

    def _find_runs(self, request: SentRequest) -> None:
        """Find the runs of a service call. Leave it undecided if there are several or none."""
        evidence = request.evidence
        request.answering = list(self._answering(request))
        tokens = evidence.subjects or evidence.tokens
        tied = [each for each in request.answering if not tokens.isdisjoint(each.evidence.tokens)]
        owner = next((run for run in self._runs.going if not tokens.isdisjoint(run.tokens)), None)
        runs = _runs(tied) or ([owner] if owner else [])
        if not runs and not evidence.subjects:
            runs = _runs(request.answering)
        if not runs and (evidence.subjects or not request.answering):
            runs = [self._runs.background_run(evidence)]
        self._propose(request, runs)
        if request.run is None or self._stored:
            self._undecided.append(request)
        if request.run is not None and evidence.subjects:
            self._same_breath(request.run, evidence.connection)

    @staticmethod
    def _propose(request: SentRequest, runs: list[Run]) -> None:
        """Set the possible runs of a request, and count it as in flight for each of them."""
        request.runs = runs
        for run in runs:
            run.in_flight += 1

    def _same_breath(self, run: Run, connection: str) -> None:
        """Assign the earlier undecided requests of ``connection`` to ``run``, which a token has proved."""
        for call in self._open():
            if call.evidence.connection == connection and run in call.runs:
                call.decide(run)

    def _decide_by_time(self, request: SentRequest) -> None:
        doubt = RunNote(code="concurrent-call", values={"sender": request.evidence.sender})
        if len(request.runs) > 1:
            for run in request.runs:
                self._runs.doubt(run, doubt)
        request.decide(request.runs[0], doubt)

    def _answering(self, request: SentRequest) -> Iterable[SentRequest]:
        """Return the requests that the sender is answering at the time of ``request``.

        If none has the sender as its known receiver, return those with an unknown receiver.
        """
        now, sender = request.evidence.started, request.evidence.sender
        others = (each for each in self._under_way if each is not request)
        waiting = [
            each
            for each in others
            if (each.runs or not each.evidence.sender) and each.evidence.started <= now <= each.ended
        ]
        receivers = [self._receiver(each.evidence.url) for each in waiting]
        wanted = sender if sender in receivers else None
        return (each for each, receiver in zip(waiting, receivers, strict=True) if receiver == wanted)

    def _receiver(self, url: str) -> str | None:
        for catalogue in self._catalogues or (Catalogue(),):
            if service := catalogue.service(url):
                return service[0]
        return self._participants.receiver(url)


def _runs(requests: Iterable[SentRequest]) -> list[Run]:
    """Return the distinct runs of ``requests``, in the order of the requests' times."""
    ordered = sorted(requests, key=lambda request: request.evidence.started)
    return list(dict.fromkeys(run for request in ordered for run in request.runs))
