"""A request with its candidate runs."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tracer.runs.run import Evidence, Run, service_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tracer.model import Exchange, RunNote

__all__ = ["SentRequest"]


@dataclass(eq=False)
class SentRequest:
    """A request that was sent. ``runs`` are its candidate runs, empty while evidence is missing.

    ``discoverers`` are the runs that may have sent it to discover a service, seen from its beginning.
    ``answering`` are the requests that the sender, a service, was processing when it sent this request.
    ``awaits_evidence`` is set while better evidence may come: even a single candidate is not the run yet.
    ``request_id`` is the ID in its response, ``issued`` are the tokens in it.
    ``is_complete`` is set at the end of the exchange, ``failed`` if it had no response or a 5xx status.
    The time ``ended`` (s since the epoch) may stay unknown. If ``ended`` is ``approximate``, the exchange
    may have ended earlier.
    ``exchange`` is set from the end of the exchange until the run has stored it.
    ``completed`` and ``alone`` are times of the clock of ``ClientRequests``, in seconds: the end of the
    exchange, and the time after which the request's connection gives no more evidence. ``doubt`` is the
    reason why the assigned run may be wrong. ``service`` is the service in the URL, as returned by
    ``service_of``.
    """

    evidence: Evidence = field(repr=False)
    runs: list[Run] = field(default_factory=list)
    discoverers: list[Run] = field(default_factory=list, repr=False)
    answering: list[SentRequest] = field(default_factory=list, repr=False)
    awaits_evidence: bool = False
    request_id: str = ""
    issued: frozenset[str] = field(default=frozenset(), repr=False)
    exchange: Exchange | None = field(default=None, repr=False)
    is_complete: bool = False
    failed: bool = False
    ended: float = math.inf
    approximate: bool = False
    completed: float = math.inf
    alone: float = math.inf
    doubt: RunNote | None = None
    service: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.service = service_of(self.evidence.url)

    @property
    def run(self) -> Run | None:
        """The run of the request; None without a candidate, with several candidates, or while it waits."""
        return self.runs[0] if len(self.runs) == 1 and not self.awaits_evidence else None

    @property
    def latest(self) -> float:
        """The end of a completed exchange; its beginning if the end is unknown."""
        return self.ended if self.ended < math.inf else self.evidence.started

    @property
    def earliest(self) -> float:
        """The earliest time at which a completed exchange may have ended."""
        return self.evidence.started if self.approximate else self.latest

    def propose(self, runs: Iterable[Run]) -> None:
        """Set the candidate runs. The request counts as in flight for each of them."""
        candidates = list(runs)
        for run in candidates:
            run.in_flight += run not in self.runs
        for run in self.runs:
            run.in_flight -= run not in candidates
        self.runs = candidates

    def decide(self, run: Run, doubt: RunNote | None = None) -> None:
        """Assign the request to ``run``. The request counts as in flight for this run only."""
        self.propose([run])
        self.awaits_evidence = False
        self.doubt = self.doubt or doubt
