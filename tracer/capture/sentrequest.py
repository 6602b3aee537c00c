"""A request, and the runs that it may belong to."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from tracer.capture.runs import Evidence, Run, service_of
from tracer.model import Exchange

__all__ = ["SentRequest"]


@dataclass(eq=False)
class SentRequest:
    """A request that was sent. It belongs to one of ``runs``; none are known while evidence is missing.

    ``answering`` are the requests that its sender, a service, had to answer when it sent this one.
    ``answered`` is set at its end, of which the time ``ended`` (s since the epoch) may stay unknown. If
    it is ``approximate``, the request may have ended before.
    ``exchange`` is held from then on until the run has taken it.
    ``alone`` is the moment (s, monotonic) from which the request's connection can tell nothing more.
    ``doubt`` says why the run that it was given to may be the wrong one. ``service`` is what it was
    sent to, as ``service_of`` names it.
    """

    evidence: Evidence = field(repr=False)
    runs: list[Run] = field(default_factory=list)
    answering: list[SentRequest] = field(default_factory=list, repr=False)
    exchange: Exchange | None = field(default=None, repr=False)
    answered: bool = False
    ended: float = math.inf
    approximate: bool = False
    alone: float = math.inf
    doubt: str = ""
    service: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.service = service_of(self.evidence.url)

    @property
    def run(self) -> Run | None:
        """The run that it belongs to; None while several may be it, or none is known."""
        return self.runs[0] if len(self.runs) == 1 else None

    @property
    def latest(self) -> float:
        """The end of an answered request; its beginning where the end is not known."""
        return self.ended if self.ended < math.inf else self.evidence.started

    @property
    def earliest(self) -> float:
        """The earliest time at which an answered request may have ended."""
        return self.evidence.started if self.approximate else self.latest

    def decide(self, run: Run, doubt: str = "") -> None:
        """Give the request to ``run``: from now on it counts as under way for that run alone."""
        if run not in self.runs:
            run.in_flight += 1
        for candidate in self.runs:
            candidate.in_flight -= candidate is not run
        self.runs = [run]
        self.doubt = self.doubt or doubt
