"""Which run a service's request belongs to: what it asks others while it answers a client.

The sender is known, the run is not: one process answers many clients, and asks others with
one account and a few connections for all of them. The evidence, the strongest first:

1. the token it asks about (X-Subject-Token) or passes on: a run carries that token in a
   request that the service is answering, or was handed it out;
2. the request that the service is answering at that moment, where only one run has one;
3. where several have: the token it asks about next on the same connection, as a service
   logs in and validates in one go.

A service's own token ties nothing together. What it sends while it answers nobody makes a
run of its own.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from tracer.capture.participantmap import ParticipantMap
from tracer.capture.runs import Evidence, Run, Runs
from tracer.model import Exchange
from tracer.sequences import Catalogue

__all__ = ["Calls", "Sent"]

_CATALOGUES = 4
"""How many service catalogues are remembered; a cloud has one."""


@dataclass(eq=False)
class Sent:
    """A request, and the runs that it may belong to: one, as soon as that is known.

    ``answering`` are the requests that its sender, a service, had to answer when it sent it.
    ``exchange`` is there from its end on until it is kept; ``ended`` is in seconds since the epoch.
    """

    evidence: Evidence = field(repr=False)
    runs: list[Run]
    answering: list[Sent] = field(default_factory=list, repr=False)
    exchange: Exchange | None = field(default=None, repr=False)
    ended: float = math.inf
    by_time_alone: bool = False

    @property
    def run(self) -> Run | None:
        """The run that it belongs to; None as long as that is open."""
        return self.runs[0] if len(self.runs) == 1 else None


class Calls:
    """All requests under way, and those of services whose run is not known yet.

    While a service's request may belong to several runs, it counts as under way for each of them.
    ``stored`` flows come in the order in which they ended: there, all services' requests stay
    open to the end, when it is known what was under way at the same time.
    """

    def __init__(self, runs: Runs, participants: ParticipantMap, *, stored: bool) -> None:
        self._runs = runs
        self._participants = participants
        self._stored = stored
        self._sent: list[Sent] = []
        self._open: list[Sent] = []
        self._catalogues: deque[Catalogue] = deque(maxlen=_CATALOGUES)

    def client(self, run: Run, evidence: Evidence) -> Sent:
        """A client's request was sent."""
        sent = Sent(evidence, [run])
        self._sent.append(sent)
        return sent

    def service(self, evidence: Evidence) -> Sent:
        """A service's request was sent."""
        sent = Sent(evidence, [])
        if self._stored:
            self._open.append(sent)
        else:
            self._place(sent)
        self._sent.append(sent)
        return sent

    def answered(self, sent: Sent, exchange: Exchange) -> list[Sent]:
        """A request is complete; gives those that are, and whose run is known now: each request once."""
        sent.exchange = exchange
        sent.ended = math.inf if exchange.ended is None else exchange.ended
        if exchange.request.method == "POST" and exchange.response and exchange.response.status == 201:
            self._catalogues.appendleft(Catalogue.from_exchanges([exchange]))
        if self._stored:
            return [] if sent.evidence.sender else [sent]
        self._sent.remove(sent)
        for one in self._open:
            # Nobody waits for an answer any more, and no token has told.
            if one.run is None and all(other.ended < math.inf for other in one.answering):
                self._by_time(one)
        return ([] if sent in self._open else [sent]) + self._closed()

    def rest(self) -> list[Sent]:
        """Those that are still open at the end."""
        if self._stored:
            waiting, self._open = sorted(self._open, key=lambda one: one.evidence.started), []
            for sent in waiting:
                self._place(sent)
            self._open = waiting
        for sent in self._open:
            if sent.run is None:
                self._by_time(sent)
        return self._closed()

    def _closed(self) -> list[Sent]:
        done = [one for one in self._open if one.run is not None and one.exchange is not None]
        self._open = [one for one in self._open if one not in done]
        return done

    def _place(self, sent: Sent) -> None:
        """Find the runs that a service's request may belong to."""
        evidence = sent.evidence
        sent.answering = list(self._answering(sent))
        told = evidence.subjects or evidence.tokens
        tied = [one for one in sent.answering if not told.isdisjoint(one.evidence.tokens)]
        owner = next((run for run in self._runs.going if not told.isdisjoint(run.tokens)), None)
        sent.runs = _runs(tied) or ([owner] if owner else [])
        if not sent.runs and not evidence.subjects:
            sent.runs = _runs(sent.answering)
        if not sent.runs:
            sent.runs = [self._runs.own(evidence)]
        for run in sent.runs:
            run.in_flight += 1
        if sent.run is None:
            self._open.append(sent)
        elif evidence.subjects:
            self._same_breath(sent.run, evidence.connection)

    def _same_breath(self, run: Run, connection: str) -> None:
        """What was sent before on the connection of a request whose token told its run, belongs there too."""
        for one in self._open:
            if one.evidence.connection == connection and len(one.runs) > 1 and run in one.runs:
                self._decide(one, run)

    def _by_time(self, sent: Sent) -> None:
        sent.by_time_alone = True
        self._decide(sent, sent.runs[0])

    @staticmethod
    def _decide(sent: Sent, run: Run) -> None:
        for other in sent.runs:
            other.in_flight -= other is not run
        sent.runs = [run]

    def _answering(self, sent: Sent) -> Iterable[Sent]:
        """What the sender has to answer at that moment: what it receives, or may receive."""
        now, sender = sent.evidence.started, sent.evidence.sender
        others = (one for one in self._sent if one.runs and one is not sent)
        waiting = [one for one in others if one.evidence.started <= now <= one.ended]
        receivers = [self._receiver(one.evidence.url) for one in waiting]
        wanted = sender if sender in receivers else None
        return (one for one, receiver in zip(waiting, receivers, strict=True) if receiver == wanted)

    def _receiver(self, url: str) -> str | None:
        for catalogue in self._catalogues or (Catalogue(),):
            if known := catalogue.service(url):
                return known[0]
        return self._participants.receiver(url)


def _runs(requests: Iterable[Sent]) -> list[Run]:
    """The runs of some requests, that of the earliest first, each once."""
    ordered = sorted(requests, key=lambda one: one.evidence.started)
    return list(dict.fromkeys(run for one in ordered for run in one.runs))
