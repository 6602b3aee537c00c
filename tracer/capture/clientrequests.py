"""Attribution of the requests that clients send to the runs they belong to.

The evidence, the strongest first:

1. the local process that holds the connection: one process is one command;
2. the token that the request carries: it was handed out to a run of the same address, or such
   a run carried it before;
3. the connection: a request without a token (discovery) belongs to the run that the connection's
   next request with a token or next login shows, else to that of the one before;
4. for a connection that shows no token at all: what was discovered. The request belongs to the run
   that uses that service next and has not discovered it yet (``discovery``);
5. the time: the run of the same address and program that had logged in and was under way.

A login begins a run, except after a 401 to the run's token. A request without a token stays
undecided until evidence comes. Where 4 or 5 leave several runs, the order of time decides,
and the request and all of these runs carry a doubt.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from tracer.capture import discovery
from tracer.capture.discovery import PATIENCE
from tracer.capture.runs import GRACE, Evidence, Run, Runs, is_below
from tracer.capture.sentrequest import SentRequest
from tracer.model import Exchange

__all__ = ["ClientRequests"]

_UNPROVEN_LIMIT = 16
"""Number of requests without a token on one connection, after which none is expected any more."""

_ALONE_LIMIT = 256
"""Number of requests that may wait for evidence from other connections."""

_UNPROVEN = "several commands of {peer} ran at once: a request without a token may belong to another of them"
_SHARED = "several commands of {peer} used one token at once: a request may belong to another of them"
_REPEATED_LOGIN = "several commands of {peer} ran at once: a login may belong to another of them"


@dataclass
class _Connection:
    """An open connection: the run of its latest request that proved its client.

    ``login_refused`` is set if that request was a login without success; ``tokenless`` if no token
    is expected any more.
    """

    run: Run | None = None
    login_refused: bool = False
    tokenless: bool = False


class ClientRequests:
    """Decides which run a client's request belongs to, at once or when evidence comes.

    ``undecided`` holds all requests without a run, those of services too. ``clock`` gives
    monotonic seconds.
    """

    def __init__(self, runs: Runs, undecided: list[SentRequest], clock: Callable[[], float]) -> None:
        self._runs = runs
        self._undecided = undecided
        self._clock = clock
        self._connections: dict[str, _Connection] = {}

    def due(self) -> float:
        """Return when the first request has waited long enough for evidence from other connections."""
        return min((request.alone for request in self._held()), default=math.inf) + PATIENCE

    def sent(self, evidence: Evidence) -> SentRequest:
        """Take a request that was sent."""
        request = SentRequest(evidence)
        connection = self._connections.setdefault(evidence.connection, _Connection())
        if evidence.process is not None:
            connection.run = self._runs.process_run(evidence)
            self._give(request, connection.run)
        elif evidence.proves_client:
            self._prove(request, login=evidence.authenticates)
        elif connection.tokenless and connection.run is not None:
            self._give(request, connection.run)
        else:
            self._undecided.append(request)
            self._bound(connection, evidence)
        return request

    def answered(
        self, request: SentRequest, exchange: Exchange, tokens: Iterable[str], closed_connection: str | None
    ) -> None:
        """Take the end of a request: the ``tokens`` that it handed out, the connection that it closed."""
        handed_out = set() if request.evidence.subjects else set(tokens)
        if handed_out and request.run is None:
            self._prove(request, login=True)
        if request.run is not None:
            run = request.run
            run.last = max(run.last, request.latest)
            run.tokens |= handed_out
            if exchange.response is not None and exchange.response.status == 401:
                self._refused(request, run)
        if closed_connection is not None:
            self.closed(closed_connection)
        self._match(request)

    def closed(self, name: str) -> None:
        """Take the end of a connection."""
        connection = self._connections.pop(name, None)
        if connection is None:
            return
        waiting = self._held_on(name)
        for request in waiting:
            if connection.run is not None:
                self._give(request, connection.run)
            else:
                # If the end is approximate, stored requests are told of at their beginning.
                request.alone = self._clock() + request.latest - request.earliest
        if connection.run is not None:
            connection.run.open.discard(name)
        self._match(*waiting)

    def over(self, run: Run) -> None:
        """Give a run that ends the waiting requests that it used, or that no other run can take."""
        for request in self._alone():
            takers = discovery.takers(request, self._same_client(request), self._complete())
            if any(taker is run for _, taker in takers):
                self._match_one(request, wait=False)
            elif (candidates := self._candidates(request)) == [run] and not run.doubt:
                if discovery.is_followed(run, request, self._complete()):
                    self._give(request, run)
            elif run in candidates:
                request.doubt = _UNPROVEN.format(peer=run.peer)
                self._doubt([run], request.doubt)

    def expire(self) -> None:
        """Decide on the requests that have waited long enough."""
        for request in self._alone():
            if self._clock() >= request.alone + PATIENCE:
                self._match_one(request, wait=False)
                self._decide_by_time(request)

    def rest(self) -> None:
        """Decide on all requests: no more evidence comes."""
        for name in list(self._connections):
            self.closed(name)
        for request in self._alone():
            self._decide_by_time(request)

    def _refused(self, request: SentRequest, run: Run) -> None:
        """Note a 401: the client may log in again."""
        evidence = request.evidence
        if not evidence.authenticates:
            run.refused = request.latest if evidence.tokens else run.refused
        elif evidence.connection in self._connections:
            self._connections[evidence.connection].login_refused = True

    # Requests that prove their client

    def _prove(self, request: SentRequest, *, login: bool) -> None:
        """Find or begin the run of a login or a request with a token.

        Give it the waiting requests of the connection too.
        """
        evidence = request.evidence
        connection = self._connections.setdefault(evidence.connection, _Connection())
        holders = self._runs.holders(evidence)
        run = self._login_run(request, connection) if login and not holders else None
        if not login or holders:
            run = self._token_run(request, connection, holders)
        run = run or self._runs.begin(evidence)
        self._runs.resume(run)
        if request.doubt:
            self._doubt([run], request.doubt)
        waiting = self._held_on(evidence.connection)
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
        self._match(request, *waiting)

    def _token_run(self, request: SentRequest, connection: _Connection, holders: Sequence[Run]) -> Run | None:
        """Return the run of a request that carries a token; None if it begins one."""
        if connection.run is not None and (not holders or connection.run in holders):
            return connection.run
        if not holders or self._starts_over(request, holders[0]):
            return None
        rivals = [run for run in holders if run.process is None and run.active(request.evidence.started)]
        if len(rivals) > 1:
            request.doubt = _SHARED.format(peer=request.evidence.peer)
            self._doubt(rivals, request.doubt)
        return holders[0]

    def _starts_over(self, request: SentRequest, run: Run) -> bool:
        """Return whether a new command uses the token of ``run``: it discovers anew what the run knows."""
        evidence = request.evidence
        if run.process is not None:
            return False
        if earlier := self._held_on(evidence.connection):
            return any(each.evidence.opening in run.discovered for each in earlier)
        if not run.idle:
            return False
        return any(
            each.evidence.opening in run.discovered
            and run.last <= each.evidence.started
            and each.earliest <= evidence.started
            and is_below(request.service, each.service)
            # Another command may be about to log in: what comes before a login proves nothing.
            and (evidence.authenticates or not run.logged_in_below(each.service))
            and not self._lacking(each)
            for each in self._complete()
            if run.of_same_client(each.evidence)
        )

    def _login_run(self, request: SentRequest, connection: _Connection) -> Run | None:
        """Return the run that logs in again; None for the login that begins a run."""
        evidence = request.evidence
        earlier = [each for each in self._held_on(evidence.connection) if each is not request]
        if connection.run is not None:
            again = connection.run.refused > -math.inf or connection.login_refused
            if not again and not earlier:
                # The refusal that is answered by this login may have been answered by another one.
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
            for each in self._complete()
            if refused[0].of_same_client(each.evidence)
        )
        if discovered or len(refused) > 1:
            request.doubt = _REPEATED_LOGIN.format(peer=evidence.peer)
            self._doubt(refused, request.doubt)
        return None if discovered else min(refused, key=lambda run: run.refused)

    # Requests whose connection shows no token

    def _match(self, *news: SentRequest) -> None:
        """Give requests whose connection shows no token to the runs that use what they discovered.

        ``news`` are the requests of which something new is known: only what is like them, or what
        they use, can be decided by that.
        """
        openings = {request.evidence.opening for request in news}
        used = {request.service for request in news if request.evidence.proves_client}
        unused: set[tuple[str, str, str]] = set()
        for request in self._alone():
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
        """Give the request to the run that used what it discovered, if there is one.

        With ``wait``, do nothing while the connection of a request like it may still show a token.
        """
        complete = self._complete()
        takers = [] if request.run else discovery.takers(request, self._same_client(request), complete)
        if not takers:
            return
        moment, run = min(takers, key=lambda taker: taker[0])
        rivals = discovery.rivals(request, run, moment, complete)
        if wait and any(each.alone == math.inf for each in rivals):
            return
        owners = discovery.owners(request, self._same_client(request), complete)
        if (
            rivals
            or len(takers) > 1
            or (len(owners) > 1 and not discovery.is_certain(request, run, moment, complete))
        ):
            for each in (request, *rivals):
                each.doubt = _UNPROVEN.format(peer=request.evidence.peer)
                trusted = [one for one in self._same_client(each) if not one.doubt]
                self._doubt(discovery.owners(each, trusted, complete), each.doubt)
        self._give(request, run)

    def _uses(self, request: SentRequest) -> bool:
        """Return whether a run uses what the request discovered and has not discovered it, at any time."""
        return any(
            request.evidence.opening not in run.discovered and run.uses(request.service)
            for run in self._runs.of_same_client(request.evidence)
        )

    def _candidates(self, request: SentRequest) -> list[Run]:
        """Return the runs that the request may belong to, by what they did or by the time."""
        runs = self._same_client(request)
        return discovery.owners(request, runs, self._complete()) or discovery.under_way(request, runs)

    def _decide_by_time(self, request: SentRequest) -> None:
        """Give the request to a run that was under way, to one that began soon after it, or to its own."""
        if request.run is not None:
            return
        soon = discovery.beginning_soon(request, self._same_client(request))
        candidates = self._candidates(request) or soon
        if not candidates:
            self._give(request, self._runs.begin(request.evidence))
            return
        if len(candidates) > 1:
            request.doubt = _UNPROVEN.format(peer=request.evidence.peer)
            self._doubt(candidates, request.doubt)
        self._give(request, discovery.preferred(request, candidates))

    def _lacking(self, request: SentRequest) -> list[Run]:
        """Return the runs that were under way at the request and have not sent the same one."""
        evidence = request.evidence
        return [
            run
            for run in self._runs.of_same_client(evidence)
            if run.active(evidence.started) and evidence.opening not in run.discovered
        ]

    def _same_client(self, request: SentRequest) -> list[Run]:
        return list(self._runs.of_same_client(request.evidence))

    def _doubt(self, runs: Iterable[Run], reason: str) -> None:
        for run in runs:
            self._runs.doubt(run, reason)

    # Helpers

    def _give(self, request: SentRequest, run: Run) -> None:
        evidence = request.evidence
        request.decide(run, run.doubt)
        run.add_agent(evidence.agent)
        run.began = min(run.began, evidence.started)
        if request.answered:
            run.last = max(run.last, request.latest)
        if not evidence.proves_client and run.process is None:
            run.discover(evidence.opening, evidence.started)
        if evidence.connection in self._connections:
            run.open.add(evidence.connection)

    def _bound(self, connection: _Connection, evidence: Evidence) -> None:
        """Give up waiting for a token where too many requests wait."""
        on_connection = self._held_on(evidence.connection)
        if len(on_connection) > _UNPROVEN_LIMIT:
            connection.run = connection.run or self._runs.begin(on_connection[0].evidence)
            connection.tokenless = True
            for request in on_connection:
                self._give(request, connection.run)
            self._match(*on_connection)
        alone = self._alone()
        for request in alone[: max(0, len(alone) - _ALONE_LIMIT)]:
            self._decide_by_time(request)

    def _held(self) -> list[SentRequest]:
        return [request for request in self._undecided if request.run is None and not request.evidence.sender]

    def _held_on(self, connection: str) -> list[SentRequest]:
        return [request for request in self._held() if request.evidence.connection == connection]

    def _complete(self) -> list[SentRequest]:
        """Return the requests that have ended, in the order of time."""
        complete = [request for request in self._held() if request.answered]
        return sorted(complete, key=lambda request: request.evidence.started)

    def _alone(self) -> list[SentRequest]:
        """Return the requests that have ended and whose connection can tell nothing more."""
        return [request for request in self._complete() if request.alone < math.inf]
