"""Which run an exchange belongs to.

A run is what one client command caused. The evidence for it, the strongest first:

1. the local process that holds the connection: one process is one command;
2. the connection;
3. the token: who carries what an auth response handed out goes on with that run;
4. kinship, for a client that opens a connection for each request: same host, same
   User-Agent, and a run that has no connection left and has not been started over.

A pause alone never ends a run, and never joins two. This is for what clients send; which run
a service's request belongs to is told in another way (``calls``).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from tracer.capture.processes import Process

__all__ = ["Evidence", "Run", "Runs"]

FINISHED_LIMIT = 256
"""How many finished runs are remembered, in case that one of their tokens comes again."""


class Evidence(NamedTuple):
    """What a request shows of where it comes from.

    ``sender`` is the service that sent it, empty for a client. ``tokens`` are those that it carries,
    ``subjects`` those that it asks about; both are unredacted, and stay in memory. ``started``
    is in seconds since the epoch.
    """

    connection: str
    peer: str
    process: Process | None
    agent: str
    opening: str
    authenticates: bool
    tokens: frozenset[str]
    sender: str = ""
    subjects: frozenset[str] = frozenset()
    url: str = ""
    started: float = 0.0


@dataclass(eq=False)
class Run:
    """What tells one run from the others; ``open`` holds its living connections.

    ``service`` is empty, but for a run that consists of what a service sent while it answered nobody.
    """

    number: int
    peer: str
    process: Process | None
    agent: str
    opening: str
    service: str = ""
    open: set[str] = field(default_factory=set)
    in_flight: int = 0
    authenticated: bool = False
    tokens: set[str] = field(default_factory=set, repr=False)

    @property
    def idle(self) -> bool:
        """Nothing of it is under way: it may be over."""
        return not self.open and not self.in_flight


class Runs:
    """All runs that are going on, and the latest finished ones."""

    def __init__(self) -> None:
        self._count = 0
        self.going: list[Run] = []
        self._finished: dict[int, Run] = {}
        self._by_connection: dict[str, Run] = {}

    def find(self, evidence: Evidence) -> Run | None:
        """The run that the evidence points at; None where a new one begins."""
        if evidence.process is not None:
            return self._same_process(evidence.process)
        return (
            self._by_connection.get(evidence.connection)
            or self._same_token(evidence, self.going)
            or self._same_token(evidence, self._finished.values())
            or self._kin(evidence)
        )

    def begin(self, evidence: Evidence) -> Run:
        """A new run."""
        self._count += 1
        run = Run(
            self._count, evidence.peer, evidence.process, evidence.agent, evidence.opening, evidence.sender
        )
        self.going.append(run)
        return run

    def own(self, evidence: Evidence) -> Run:
        """The run of what the service that sent this sends on its own account."""
        known = (run for run in self.going if run.service == evidence.sender)
        return next(known, None) or self.begin(evidence)

    def resume(self, run: Run) -> bool:
        """Take a finished run up again; False where it was going on anyway."""
        if self._finished.pop(run.number, None) is None:
            return False
        self.going.append(run)
        return True

    def sent(self, run: Run, evidence: Evidence) -> None:
        """A request of the run went out."""
        run.in_flight += 1
        run.authenticated |= evidence.authenticates
        run.open.add(evidence.connection)
        self._by_connection[evidence.connection] = run

    def handed_out(self, run: Run, tokens: Iterable[str], closes: str | None = None) -> None:
        """An answer to the run handed out ``tokens``; with it, the connection ``closes``."""
        run.tokens.update(tokens)
        if closes is not None:
            self.closed(closes)

    def closed(self, connection: str) -> Run | None:
        """A connection is gone; the run that it belonged to."""
        run = self._by_connection.pop(connection, None)
        if run is not None:
            run.open.discard(connection)
        return run

    def finish(self, run: Run) -> None:
        """The run is over."""
        self.going.remove(run)
        for connection in run.open:
            self._by_connection.pop(connection, None)
        run.open.clear()

    def remember(self, run: Run) -> Run | None:
        """Keep a finished run in mind: a remote one may only have paused. Gives the run now forgotten."""
        if run.process is not None or not run.tokens:
            return run
        self._finished[run.number] = run
        oldest = next(iter(self._finished))
        return self._finished.pop(oldest) if len(self._finished) > FINISHED_LIMIT else None

    def _same_process(self, process: Process) -> Run | None:
        return next((run for run in self.going if run.process == process), None)

    @staticmethod
    def _same_token(evidence: Evidence, runs: Iterable[Run]) -> Run | None:
        if not evidence.tokens:
            return None
        return next((run for run in runs if not run.tokens.isdisjoint(evidence.tokens)), None)

    def _kin(self, evidence: Evidence) -> Run | None:
        for run in self.going:
            other_kind = run.process is not None or bool(run.service)
            stranger = other_kind or run.peer != evidence.peer or run.agent != evidence.agent
            started_over = evidence.opening == run.opening or (evidence.authenticates and run.authenticated)
            if not stranger and not started_over and run.idle:
                return run
        return None
