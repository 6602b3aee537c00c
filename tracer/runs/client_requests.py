"""Attribution of the requests of clients to runs.

The evidence, the strongest first:

1. the local process at the end of the connection: one process is one command, except for an interactive
   shell (``shell_commands``);
2. the token of the request: a run of the same address obtained the token, or carried it before;
3. the connection: a request without a token (discovery) belongs to the run of the connection's next
   login or next request with a token, else to the run of the previous one;
4. for a connection without any token, the discovered service: the request belongs to the run that
   uses this service next and has not discovered it yet (``discovery``);
5. the time: the run of the same address and program that had logged in and was in progress.

A login begins a run, except after a 401 to the run's token. A request without a token stays
undecided until evidence comes. If rule 4 or 5 leaves several runs, the order of time decides, and
the request and all of these runs carry a doubt.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracer.model import RunNote
from tracer.runs import discovery_runs
from tracer.runs.discovery_runs import PATIENCE
from tracer.runs.guesses import UNPROVEN, Guesses
from tracer.runs.lulls import Lulls
from tracer.runs.run import GRACE, Evidence, Run, Runs, is_below
from tracer.runs.sent_request import SentRequest
from tracer.runs.waiting import WaitingRequests

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from tracer.model import Exchange

__all__ = ["ClientRequests"]

_UNPROVEN_LIMIT = 16
"""Number of requests without a token on one connection after which no token is expected any more."""

_ALONE_LIMIT = 256
"""Maximum number of requests that wait for evidence from other connections."""

_SHARED = "concurrent-token"
_REPEATED_LOGIN = "concurrent-login"


@dataclass
class _Connection:
    """An open connection, with the ``run`` of its latest request that proved the client.

    ``login_refused`` is set if that request was a failed login, ``tokenless`` if no token is expected
    any more.
    """

    run: Run | None = None
    login_refused: bool = False
    tokenless: bool = False


class ClientRequests:
    """The assignment of clients' requests to runs, at once or when evidence comes.

    ``undecided`` contains all requests without a run, also those of services. ``clock`` returns seconds:
    monotonic ones for live requests, seconds since the epoch for stored ones.
    """

    def __init__(self, runs: Runs, undecided: list[SentRequest], clock: Callable[[], float]) -> None:
        self._runs = runs
        self._undecided = undecided
        self._clock = clock
        self._connections: dict[str, _Connection] = {}
        self._lulls = Lulls()
        self._waiting = WaitingRequests(undecided)
        self._guesses = Guesses(runs, self._waiting, self._lulls)

    def due(self) -> float:
        """Return the time of ``clock`` for the next decision by ``expire``; infinity if no request waits."""
        return min((request.alone for request in self._waiting.all()), default=math.inf) + PATIENCE

    def earliest_end(self, run: Run) -> float:
        """Return the time of ``clock`` before which undecided requests may continue ``run``.

        Return infinity if such a request is in flight, and minus infinity if there is none.
        """
        ends = (
            request.alone + GRACE if request.alone < math.inf else request.completed + PATIENCE
            for request in self._waiting.all()
            if run in request.discoverers
        )
        return max(ends, default=-math.inf)

    def request_started(self, evidence: Evidence) -> SentRequest:
        """Register a request at its beginning. Assign it to a run if there is evidence."""
        request = SentRequest(evidence)
        connection = self._connections.setdefault(evidence.connection, _Connection())
        if evidence.process is not None:
            connection.run = self._runs.process_run(evidence)
            self._give(request, connection.run)
            return request
        self._lulls.request_started(request)
        if evidence.proves_client:
            self._prove(request, login=evidence.authenticates)
        elif connection.tokenless and connection.run is not None:
            self._give(request, connection.run)
        else:
            self._undecided.append(request)
            self._note_discoverers(request)
            self._bound(connection, evidence)
        return request

    def exchange_completed(
        self, request: SentRequest, exchange: Exchange, tokens: Iterable[str], closed_connection: str | None
    ) -> None:
        """Register the end of a request, with the ``tokens`` that its response issues.

        ``closed_connection`` is the connection that ended with it.
        """
        if request.evidence.process is None:
            self._lulls.request_ended(request)
        request.completed = self._clock()
        request.failed = exchange.response is None or exchange.response.status >= 500
        for discoverer in request.discoverers:
            discoverer.possibly_last = max(discoverer.possibly_last, request.latest)
        issued = set(tokens)
        if issued and request.run is None:
            self._prove(request, login=True)
        if request.run is not None:
            run = request.run
            run.last = max(run.last, request.latest)
            run.tokens |= issued
            if run.shell is not None:
                run.shell.add(exchange)
            if exchange.response is not None and exchange.response.status == 401:
                self._refused(request, run)
        if closed_connection is not None:
            self.closed(closed_connection)
        self._match(request)

    def closed(self, name: str) -> None:
        """Register the end of the connection ``name``. Decide on its waiting requests, if possible."""
        connection = self._connections.pop(name, None)
        if connection is None:
            return
        waiting = self._waiting.on(name)
        for request in waiting:
            if connection.run is not None:
                self._give(request, connection.run)
            else:
                # A stored request with an approximate end is reported at its beginning.
                request.alone = self._clock() + request.latest - request.earliest
        if connection.run is not None:
            connection.run.open.discard(name)
        self._match(*waiting)

    def over(self, run: Run) -> None:
        """Decide on waiting requests before ``run`` ends.

        Assign discovery requests for a service that the run used, and requests that fit no other run. If
        the run is one of several candidates for a request, put the run in doubt.
        """
        end = max(run.last, run.possibly_last) + GRACE
        for request in self._waiting.alone():
            if request.evidence.started > end:
                continue
            takers = discovery_runs.takers(
                request, self._same_client(request), self._waiting.complete(), self._lulls
            )
            if any(taker is run for _, taker in takers):
                self._match_one(request, wait=False)
                continue
            candidates = [
                each
                for each in self._candidates(request)
                if discovery_runs.is_followed(each, request, self._lulls)
            ]
            if candidates == [run] and not run.doubt:
                self._decide(request, candidates)
            elif run in candidates:
                request.doubt = RunNote(code=UNPROVEN, values={"peer": run.peer})
                self._runs.doubt_each(candidates, request.doubt)

    def expire(self) -> None:
        """Decide on the requests that have waited for ``PATIENCE`` seconds."""
        for request in self._waiting.alone():
            if self._clock() >= request.alone + PATIENCE:
                self._match_one(request, wait=False)
                self._decide_by_time(request)

    def rest(self) -> None:
        """Close all connections and decide on all requests, as no more evidence comes."""
        for name in list(self._connections):
            self.closed(name)
        for request in self._waiting.alone():
            self._decide_by_time(request)

    def _note_discoverers(self, request: SentRequest) -> None:
        """Note the runs that may have sent the request, and that they may not be over yet."""
        request.discoverers = discovery_runs.discoverers(request, self._same_client(request), self._lulls)
        for run in request.discoverers:
            run.possibly_last = max(run.possibly_last, request.latest)

    def _refused(self, request: SentRequest, run: Run) -> None:
        """Note a 401 response, after which the client may log in again."""
        evidence = request.evidence
        if not evidence.authenticates:
            run.refused = request.latest if evidence.tokens else run.refused
            return
        if run.logged_in == evidence.started:
            run.logged_in = math.inf
        if evidence.connection in self._connections:
            self._connections[evidence.connection].login_refused = True

    # Requests that prove their client

    def _prove(self, request: SentRequest, *, login: bool) -> None:
        """Find or begin the run of a login or of a request with a token.

        Assign the waiting requests of the connection to the same run.
        """
        evidence = request.evidence
        connection = self._connections.setdefault(evidence.connection, _Connection())
        holders = self._runs.holders(evidence)
        run = self._login_run(request, connection) if login and not holders else None
        if not login or holders:
            run = self._token_run(request, connection, holders)
        is_first = run is None
        run = run or self._runs.begin(evidence)
        self._runs.resume(run)
        if request.doubt:
            self._runs.doubt_each([run], request.doubt)
        waiting = self._waiting.on(evidence.connection)
        for earlier in waiting:
            self._give(earlier, run)
        run.use(evidence, login=login)
        if login:
            run.refused = -math.inf
        run.carried |= evidence.tokens - run.tokens
        if connection.run is not None and connection.run is not run:
            connection.run.open.discard(evidence.connection)
        connection.run, connection.login_refused, connection.tokenless = run, False, False
        self._give(request, run)
        if is_first:
            self._guesses.add_first(request)
        self._match(request, *waiting)
        self._guesses.doubt_undiscovered(request.evidence.started)

    def _token_run(self, request: SentRequest, connection: _Connection, holders: Sequence[Run]) -> Run | None:
        """Return the run of a request with a token; None if the request begins a run."""
        if connection.run is not None and (not holders or connection.run in holders):
            return connection.run
        if not holders:
            return None
        if self._starts_over(request, holders[0]):
            if request.doubt:
                self._runs.doubt_each(holders[:1], request.doubt)
            return None
        rivals = [run for run in holders if run.process is None and run.active(request.evidence.started)]
        if len(rivals) > 1:
            request.doubt = RunNote(code=_SHARED, values={"peer": request.evidence.peer})
            self._runs.doubt_each(rivals, request.doubt)
        return holders[0]

    def _starts_over(self, request: SentRequest, run: Run) -> bool:
        """Return whether a new command uses the token of ``run``.

        Such a command repeats discovery requests that the run has sent.
        """
        evidence = request.evidence
        if run.process is not None:
            return False
        if earlier := self._waiting.on(evidence.connection):
            return any(each.evidence.opening in run.discovered for each in earlier)
        if not run.idle:
            return False
        repeated = [
            each
            for each in self._waiting.complete()
            if run.of_same_client(each.evidence)
            and each.evidence.opening in run.discovered
            and run.last <= each.evidence.started
            and each.earliest <= evidence.started
            and is_below(request.service, each.service)
            # Another command may be about to log in, so a request before a login proves nothing.
            and (evidence.authenticates or not run.logged_in_below(each.service))
            and not self._lacking(each)
        ]
        if not any(self._lulls.between(run.peer, run.last, each.evidence.started) for each in repeated):
            request.doubt = request.doubt or (
                RunNote(code=_SHARED, values={"peer": run.peer}) if repeated else None
            )
        return bool(repeated)

    def _login_run(self, request: SentRequest, connection: _Connection) -> Run | None:
        """Return the run of a repeated login; None if the login begins a run."""
        evidence = request.evidence
        earlier = [each for each in self._waiting.on(evidence.connection) if each is not request]
        if connection.run is not None:
            again = connection.run.refused > -math.inf or connection.login_refused
            if not again and not earlier:
                # Another login may have been the reaction to the 401 that this login reacts to.
                request.doubt = connection.run.doubt
            return connection.run if again and not earlier else None
        refused = [
            run
            for run in self._runs.of_same_client(evidence)
            if evidence.started - run.refused <= GRACE and run.process is None
        ]
        if not refused or earlier:
            return None
        discovered = any(
            is_below(request.service, each.service) and each.earliest <= evidence.started
            for each in self._waiting.complete()
            if refused[0].of_same_client(each.evidence)
            and not self._lulls.between(evidence.peer, each.latest, refused[0].began)
        )
        if discovered or len(refused) > 1:
            request.doubt = RunNote(code=_REPEATED_LOGIN, values={"peer": evidence.peer})
            self._runs.doubt_each(refused, request.doubt)
        if discovered:
            return None
        self._guesses.add(request)
        return min(refused, key=lambda run: run.refused)

    # Requests from connections without a token

    def _match(self, *news: SentRequest) -> None:
        """Assign requests from connections without a token to the runs that use the discovered services.

        ``news`` are the requests with new facts. Only requests with the same method and URL, and requests
        for a service that ``news`` use, are decided.
        """
        openings = {request.evidence.opening for request in news}
        used = {request.service for request in news if request.evidence.proves_client}
        unused: set[tuple[str, str, str]] = set()
        for request in self._waiting.alone():
            peer, agent, opening = request.evidence.peer, request.evidence.agent, request.evidence.opening
            if opening not in openings and not any(is_below(service, request.service) for service in used):
                continue
            if (peer, agent, opening) in unused:
                continue
            if self._uses(request):
                self._match_one(request, wait=True)
            else:
                unused.add((peer, agent, opening))

    def _match_one(self, request: SentRequest, *, wait: bool) -> None:
        """Assign the request to the run that used the discovered service, if there is one.

        With ``wait``, do nothing while the connection of a rival request may still show a token.
        """
        complete = self._waiting.complete()
        takers = (
            []
            if request.run
            else discovery_runs.takers(request, self._same_client(request), complete, self._lulls)
        )
        if not takers:
            return
        moment, run = min(takers, key=lambda taker: taker[0])
        rivals = discovery_runs.rivals(request, run, moment, complete, self._lulls)
        if wait and any(each.alone == math.inf for each in rivals):
            return
        owners = discovery_runs.owners(request, self._same_client(request), complete, self._lulls)
        if (
            rivals
            or request.failed
            or len(takers) > 1
            or (
                len(owners) > 1 and not discovery_runs.is_certain(request, run, moment, complete, self._lulls)
            )
        ):
            for each in (request, *rivals):
                each.doubt = RunNote(code=UNPROVEN, values={"peer": request.evidence.peer})
                trusted = [candidate for candidate in self._same_client(each) if not candidate.doubt]
                self._runs.doubt_each(discovery_runs.owners(each, trusted, complete, self._lulls), each.doubt)
        self._guesses.doubt_after_lull(request, run, moment)
        self._guess(request, run)

    def _uses(self, request: SentRequest) -> bool:
        """Return whether a run uses the requested service and has not sent the same request, at any time."""
        return any(
            request.evidence.opening not in run.discovered and run.uses(request.service)
            for run in self._runs.of_same_client(request.evidence)
        )

    def _candidates(self, request: SentRequest) -> list[Run]:
        """Return the possible runs of the request, by their use of the service, else by the time."""
        runs = self._same_client(request)
        return discovery_runs.owners(
            request, runs, self._waiting.complete(), self._lulls
        ) or discovery_runs.under_way(request, runs)

    def _decide_by_time(self, request: SentRequest) -> None:
        """Assign the request to a run in progress, else to a run that began soon after, else to a new run."""
        if request.run is not None:
            return
        soon = discovery_runs.beginning_soon(request, self._same_client(request), self._lulls)
        candidates = self._candidates(request) or soon
        if not candidates:
            self._give(request, self._runs.begin(request.evidence))
            return
        self._decide(request, candidates)

    def _decide(self, request: SentRequest, candidates: Sequence[Run]) -> None:
        """Assign the request to one of ``candidates``. Put them in doubt if it may belong to another run.

        A failed request for the service of a login may be the only request of a command.
        """
        run = discovery_runs.preferred(request, candidates)
        may_be_alone = request.failed and (not run.logins or run.logged_in_below(request.service))
        if len(candidates) > 1 or may_be_alone:
            request.doubt = RunNote(code=UNPROVEN, values={"peer": request.evidence.peer})
            self._runs.doubt_each(candidates, request.doubt)
        self._guess(request, run)

    def _lacking(self, request: SentRequest) -> list[Run]:
        """Return the runs in progress at the time of the request that have not sent the same request."""
        evidence = request.evidence
        return [
            run
            for run in self._runs.of_same_client(evidence)
            if run.active(evidence.started) and evidence.opening not in run.discovered
        ]

    def _same_client(self, request: SentRequest) -> list[Run]:
        return list(self._runs.of_same_client(request.evidence))

    # Helpers

    def _guess(self, request: SentRequest, run: Run) -> None:
        """Assign the request to ``run`` without proof by a connection."""
        self._guesses.add(request)
        self._give(request, run)
        self._guesses.doubt_undiscovered(request.evidence.started)

    def _give(self, request: SentRequest, run: Run) -> None:
        evidence = request.evidence
        request.decide(run, run.doubt)
        run.add_agent(evidence.agent)
        run.began = min(run.began, evidence.started)
        if request.is_complete:
            run.last = max(run.last, request.latest)
        if not evidence.proves_client and run.process is None:
            run.discover(evidence.opening, evidence.started)
        if evidence.connection in self._connections:
            run.open.add(evidence.connection)
        if not request.doubt:
            self._forget_discoverers(request, run)

    def _forget_discoverers(self, request: SentRequest, run: Run) -> None:
        """Note that no run but ``run`` has sent the request."""
        held = self._waiting.all()
        for rejected in request.discoverers:
            if rejected is not run:
                ends = (each.latest for each in held if rejected in each.discoverers)
                rejected.possibly_last = max(ends, default=-math.inf)
        request.discoverers = [each for each in request.discoverers if each is run]

    def _bound(self, connection: _Connection, evidence: Evidence) -> None:
        """Decide without a token if too many requests wait, on this connection or on all."""
        on_connection = self._waiting.on(evidence.connection)
        if len(on_connection) > _UNPROVEN_LIMIT:
            connection.run = connection.run or self._runs.begin(on_connection[0].evidence)
            connection.tokenless = True
            for request in on_connection:
                self._give(request, connection.run)
            self._match(*on_connection)
        alone = self._waiting.alone()
        for request in alone[: max(0, len(alone) - _ALONE_LIMIT)]:
            self._decide_by_time(request)
