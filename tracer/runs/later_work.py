"""Work of services that goes on after their response to the client: a run stays open until it is done.

Nova answers ``POST /servers`` at once and builds the server afterwards. Nothing in the traffic says that the
work is done. A run counts as done when no service has sent a request for it for some seconds.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tracer.model import RunNote

if TYPE_CHECKING:
    from tracer.runs.run import Run
    from tracer.runs.sent_request import SentRequest

__all__ = ["LINGER_LIMIT", "UNFINISHED", "LaterWork"]

LINGER_LIMIT = 120.0
"""Maximum seconds from the last request of the client to the end of its run."""

UNFINISHED = RunNote(code="work-unfinished")


class LaterWork:
    """The end of each run, with the work that services do for it later.

    A run ends ``linger`` seconds after the last exchange; 0 means that it does not stay open. A run stays
    open only if the proxy sees requests of services (``sees_services``, or one was seen), and if the run
    changed something at a service that goes on after its response. Times are of one clock, in seconds.
    """

    def __init__(self, linger: float, *, sees_services: bool) -> None:
        self._linger = linger
        self._sees_services = sees_services
        self._last: dict[Run, float] = {}
        self._last_of_client: dict[Run, float] = {}

    def exchange_taken(self, request: SentRequest, now: float) -> None:
        """Register an exchange of a run."""
        assert request.run is not None, "the run of the exchange is known"
        self._last[request.run] = now
        if request.evidence.sender:
            self._sees_services = True
        else:
            self._last_of_client[request.run] = now

    def is_expected(self, run: Run) -> bool:
        """Return whether services may go on with work for ``run``."""
        return self._linger > 0 and self._sees_services and bool(run.working_services)

    def end(self, run: Run, idle_since: float) -> float:
        """Return the time at which ``run`` may be over; it has been idle since ``idle_since``.

        A run that is not idle, with an infinite ``idle_since``, is not over.
        """
        if not self.is_expected(run):
            return idle_since
        return min(idle_since + self._linger, max(idle_since, self.limit(run)))

    def is_cut_off(self, run: Run, now: float) -> bool:
        """Return whether ``run`` ends at ``now`` although services may not have done their work.

        A connection that the client keeps open says nothing about that.
        """
        is_quiet = not run.in_flight and now >= self._last.get(run, -math.inf) + self._linger
        return self.is_expected(run) and not is_quiet

    def forget(self, run: Run) -> None:
        """Remove a run that ended."""
        self._last.pop(run, None)
        self._last_of_client.pop(run, None)

    def limit(self, run: Run) -> float:
        """Return the time after which nobody waits for the work for ``run``."""
        return self._last_of_client.get(run, math.inf) + LINGER_LIMIT
