"""Requests that were assigned without proof, and the doubts that later evidence casts on their runs.

A guess is wrong if the request belongs to another command. Two facts show that it may be: a run begins
without the discovery that its command needs, and a run that paused takes an earlier copy of the request.
"""

from __future__ import annotations

import math
from collections import deque
from typing import TYPE_CHECKING

from tracer.model import RunNote
from tracer.runs import discovery_runs
from tracer.runs.discovery_runs import PATIENCE

if TYPE_CHECKING:
    from tracer.runs.lulls import Lulls
    from tracer.runs.run import Run, Runs
    from tracer.runs.sent_request import SentRequest
    from tracer.runs.waiting import WaitingRequests

__all__ = ["UNPROVEN", "Guesses"]

UNPROVEN = "concurrent-request"
"""The code of the note on a request that may belong to another run."""

_GUESSES_LIMIT = 256
"""Maximum number of guesses in memory."""

_UNDISCOVERED_LIMIT = 16
"""Maximum number of runs without discovery in memory."""


class Guesses:
    """The latest guesses, and the first requests of runs that began without discovery."""

    def __init__(self, runs: Runs, waiting: WaitingRequests, lulls: Lulls) -> None:
        self._runs = runs
        self._waiting = waiting
        self._lulls = lulls
        self._guessed: deque[SentRequest] = deque(maxlen=_GUESSES_LIMIT)
        self._undiscovered: deque[SentRequest] = deque(maxlen=_UNDISCOVERED_LIMIT)

    def add(self, request: SentRequest) -> None:
        """Note a request that was assigned without proof."""
        self._guessed.append(request)

    def add_first(self, request: SentRequest) -> None:
        """Note the request with which a run began."""
        self._undiscovered.append(request)

    def doubt_undiscovered(self, time: float) -> None:
        """Put runs that began without discovery in doubt if other runs may have taken their discovery.

        Put the other runs in doubt, too. Without such runs, the commands needed no discovery. Forget runs
        that began more than ``PATIENCE`` seconds before ``time``.
        """
        for request in list(self._undiscovered):
            run = request.run
            is_old = request.evidence.started + PATIENCE < time
            if is_old or run is None or self._has_discovered(run, request.service):
                self._undiscovered.remove(request)
                continue
            may_follow = any(
                discovery_runs.are_related(each.service, request.service)
                and run.of_same_client(each.evidence)
                and each.earliest <= request.evidence.started
                and not each.failed
                for each in self._waiting.complete()
            )
            suspects = [] if may_follow else self._suspects(request, run)
            if suspects:
                request.doubt = request.doubt or RunNote(code=UNPROVEN, values={"peer": run.peer})
                self._runs.doubt_each([run, *suspects], request.doubt)

    def doubt_after_lull(self, request: SentRequest, run: Run, moment: float) -> None:
        """Put runs in doubt that took the same request after a lull, if ``run`` paused in this lull."""
        if not self._lulls.between(run.peer, request.latest, moment):
            return
        later = {
            each.run: None
            for each in self._guessed
            if each.evidence.opening == request.evidence.opening
            and each.run is not None
            and each.run is not run
            and run.of_same_client(each.evidence)
            and request.latest < each.evidence.started <= moment
            and discovery_runs.may_have_known(each.run, request)
        }
        if later:
            request.doubt = request.doubt or RunNote(code=UNPROVEN, values={"peer": run.peer})
            self._runs.doubt_each([run, *later], request.doubt)

    def _has_discovered(self, run: Run, service: str) -> bool:
        """Return whether ``run`` discovered ``service`` by requests that did not fail."""
        failed = any(
            each.run is run and each.failed and discovery_runs.are_related(each.service, service)
            for each in self._guessed
        )
        return not failed and discovery_runs.had_discovered(run, service, math.inf)

    def _suspects(self, request: SentRequest, run: Run) -> list[Run]:
        """Return the other runs that may have taken the discovery before the first ``request`` of ``run``.

        After a lull, a login counts as a login without discovery.
        """
        time = request.evidence.started
        is_login = request.service in run.logins
        suspects = {
            each.run: None
            for each in self._guessed
            if each.run is not None
            and each.run is not run
            and discovery_runs.are_related(each.service, request.service)
            and run.of_same_client(each.evidence)
            and each.evidence.started <= time
            and each.run.active(time)
            and (
                each.run.doubt
                or not is_login
                or not self._lulls.between(run.peer, max(each.latest, each.run.last_use), time)
            )
        }
        return list(suspects)
