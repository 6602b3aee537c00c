"""Attribution of the requests that services send to the runs they serve.

The sender is known, the run is not: one process answers many clients, and asks others with
one account and a few connections for all of them. The evidence, the strongest first:

1. the token it asks about (X-Subject-Token) or passes on: a run carries that token in a
   request that the service is answering, or was handed it out;
2. the request that the service is answering at that moment, where only one run has one;
3. where several have: the token it asks about next on the same connection, as a service
   logs in and validates in one go.

A service's own token ties nothing together. Requests that a service sends while it answers
nobody make a background run.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable

from tracer.capture.participantmap import ParticipantMap
from tracer.capture.runs import Evidence, Run, Runs
from tracer.capture.sentrequest import SentRequest
from tracer.model import Exchange
from tracer.sequences import Catalogue

__all__ = ["ServiceCalls"]

_CATALOGUES = 4
"""How many service catalogues are remembered; a cloud has one."""

_BY_TIME = "several commands waited for {sender} at once: some of what it sent may have served another one"


class ServiceCalls:
    """Decides which run a service's request belongs to, at once or when evidence comes.

    While such a request may belong to several runs, it counts as under way for each of them.
    ``undecided`` holds all requests without a run, those of clients too. ``stored`` requests come
    each with its end, and those of one moment in any order: there, a service's request waits until
    the time has gone on, when it is known what was under way at that moment.
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
        """Place the stored requests from before ``now`` (s since the epoch)."""
        if not self._stored:
            return
        earlier = [call for call in self._stored_calls if call.evidence.started < now]
        for call in earlier:
            self._stored_calls.remove(call)
            self._place(call)
        oldest = min((call.evidence.started for call in self._stored_calls), default=now)
        self._under_way = [each for each in self._under_way if each.ended >= oldest]

    def client_sent(self, request: SentRequest) -> None:
        """Take a request that a client sent: a service may answer it."""
        self._under_way.append(request)

    def sent(self, evidence: Evidence) -> SentRequest:
        """Take a request that a service sent."""
        request = SentRequest(evidence)
        if self._stored:
            self._stored_calls.append(request)
        else:
            self._place(request)
        self._under_way.append(request)
        return request

    def answered(self, request: SentRequest, exchange: Exchange) -> None:
        """Take the end of a request, of a client or a service."""
        if exchange.request.method == "POST" and exchange.response and exchange.response.status == 201:
            self._catalogues.appendleft(Catalogue.from_exchanges([exchange]))
        if self._stored:
            return
        self._under_way.remove(request)

    def reconsider(self) -> None:
        """Place the requests that were sent while an undecided request was answered; decide by time."""
        for call in self._open():
            if not call.runs and (candidates := _runs(call.answering)):
                self._propose(call, candidates)
            # All requests it may serve are answered, and no token has decided.
            if len(call.runs) > 1 and all(each.answered for each in call.answering):
                self._decide_by_time(call)

    def rest(self) -> None:
        """Decide on all requests: no more evidence comes."""
        self.pass_time(math.inf)
        self.reconsider()
        for call in self._open():
            if call.runs:
                self._decide_by_time(call)
            else:
                self._propose(call, [self._runs.background_run(call.evidence)])

    def _open(self) -> list[SentRequest]:
        return [each for each in self._undecided if each.evidence.sender and each.run is None]

    def _place(self, request: SentRequest) -> None:
        """Find the runs that a service's request may belong to."""
        evidence = request.evidence
        request.answering = list(self._answering(request))
        told = evidence.subjects or evidence.tokens
        tied = [each for each in request.answering if not told.isdisjoint(each.evidence.tokens)]
        owner = next((run for run in self._runs.going if not told.isdisjoint(run.tokens)), None)
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
        """Have the request count as under way for each of ``runs``."""
        request.runs = runs
        for run in runs:
            run.in_flight += 1

    def _same_breath(self, run: Run, connection: str) -> None:
        """Give the run to earlier requests of the connection, now that a token has decided it."""
        for call in self._open():
            if call.evidence.connection == connection and run in call.runs:
                call.decide(run)

    def _decide_by_time(self, request: SentRequest) -> None:
        doubt = _BY_TIME.format(sender=request.evidence.sender)
        if len(request.runs) > 1:
            for run in request.runs:
                self._runs.doubt(run, doubt)
        request.decide(request.runs[0], doubt)

    def _answering(self, request: SentRequest) -> Iterable[SentRequest]:
        """Return the requests that the sender has to answer at that moment, for certain or perhaps."""
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
            if known := catalogue.service(url):
                return known[0]
        return self._participants.receiver(url)


def _runs(requests: Iterable[SentRequest]) -> list[Run]:
    """Return the runs of some requests, that of the earliest first, each once."""
    ordered = sorted(requests, key=lambda request: request.evidence.started)
    return list(dict.fromkeys(run for request in ordered for run in request.runs))
