"""Attribution of the requests of services to runs.

The sender is known, the run is unknown: one process answers many clients, and sends its service calls
for all of them with one account and over a few connections. The evidence, the strongest first:

1. the request ID that the call carries: a request of the run was answered with this ID, or carried it. As the
   ID is known only after the response, the call waits while the sender is answering a request;
2. for a change with an ID of its sender's own, such as an event: the objects that it names, if the run
   changed them. Any other call with an ID that no request has is sent on the sender's own account;
3. the token that the service validates (X-Subject-Token) or passes on: a run carries that token in a
   request that the service is answering, or the run obtained the token;
4. the request that the service is answering at that moment, if only one run has such a request;
5. if several runs have one, or none: the next call of the service with such evidence, if it goes over the
   same connection (a service logs in and validates a token in direct succession), or has a request ID and
   goes to the same service or carries the token of this login.

The service's own token is no evidence. Requests of a service that neither answers a request nor goes on with
a change form a background run.
"""

from __future__ import annotations

import math
import time
from collections import deque
from typing import TYPE_CHECKING

from tracer.model import SAFE_METHODS, RunNote
from tracer.runs.run import is_below
from tracer.runs.sent_request import SentRequest
from tracer.sequences import (
    Catalogue,
    changed_objects,
    is_asynchronous,
    named_objects,
    request_ids,
    response_id,
    service_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tracer.model import Exchange
    from tracer.runs.participant_map import ParticipantMap
    from tracer.runs.run import Evidence, Run, Runs

__all__ = ["ServiceCalls"]

_CATALOGUES = 4
"""Number of service catalogues that are remembered. A cloud has one catalogue."""

_FOLLOW = 2.0
"""Seconds that a call without evidence waits for the next call, if the sender goes on after its response."""


class ServiceCalls:
    """The assignment of service calls to runs, at once or when evidence comes.

    While a request may belong to several runs, it counts as in flight for each of them. ``undecided``
    contains all requests without a run, also those of clients. ``stored`` requests come each with its
    end; requests with equal times come in any order. A stored service call waits for a later request,
    as only then all requests in flight at its time are known. ``clock`` returns seconds.
    """

    def __init__(
        self,
        runs: Runs,
        undecided: list[SentRequest],
        participants: ParticipantMap,
        *,
        stored: bool,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._runs = runs
        self._participants = participants
        self._stored = stored
        self._clock = clock
        self._under_way: list[SentRequest] = []
        self._undecided = undecided
        self._stored_calls: list[SentRequest] = []
        self._catalogues: deque[Catalogue] = deque(maxlen=_CATALOGUES)

    def due(self) -> float:
        """Return the time of ``clock`` at which ``reconsider`` decides without further evidence."""
        return min((call.completed for call in self._open()), default=math.inf) + _FOLLOW

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
        request.request_id = response_id(exchange)
        if request.evidence.sender:
            request.completed = self._clock()
        if exchange.request.method == "POST" and exchange.response and exchange.response.status == 201:
            catalogue = Catalogue.from_exchanges([exchange])
            if catalogue:  # a created user or network has none, and must not replace a login's
                self._catalogues.appendleft(catalogue)
        if self._stored:
            return
        self._under_way.remove(request)

    def learn(self, request: SentRequest) -> None:
        """Record what a complete exchange with a known run shows about later service calls of the run."""
        run, exchange = request.run, request.exchange
        assert run is not None, "the run is known"
        assert exchange is not None, "the exchange is complete"
        run.add_request_ids(request_ids(exchange))
        if run.service or exchange.request.method in SAFE_METHODS:
            return
        changed = changed_objects(exchange)
        if not request.evidence.sender:  # an event of a service may name objects of several runs
            changed |= named_objects(exchange)
        run.change_objects(changed, exchange.started)
        receiver = self._receiver(request.evidence.url)
        if receiver and is_asynchronous(receiver):
            run.working_services.add(receiver)

    def reconsider(self) -> None:
        """Update the possible runs of undecided calls. Decide by time if no better evidence can come."""
        # Calls with evidence come first, as they show the run of earlier calls without evidence.
        for call in sorted(self._open(), key=_lacks_evidence):
            if call.run is None:
                self._consider(call)

    def rest(self) -> None:
        """Decide on all service calls, as no more evidence comes."""
        self.pass_time(math.inf)
        self.reconsider()
        for call in self._open():
            if call.run is None:
                self._decide_by_time(call)
            if call.exchange is not None:  # the call may show the run of later ones
                self.learn(call)
            self.reconsider()

    def _open(self) -> list[SentRequest]:
        """Return the calls without a run. Leave out stored calls for which all requests are not known yet."""
        return [
            each
            for each in self._undecided
            if each.evidence.sender and each.run is None and each not in self._stored_calls
        ]

    def _find_runs(self, call: SentRequest) -> None:
        """Find the runs of a service call. Leave it undecided while evidence may come."""
        call.answering = list(self._answering(call))
        self._consider(call)
        if call.run is None or self._stored:
            self._undecided.append(call)

    def _consider(self, call: SentRequest) -> None:
        """Decide on the run of a call if there is evidence, else set its possible runs."""
        proven = self._proven(call)
        if proven is None:
            call.awaits_evidence = True
            call.propose(_runs(call.answering))
        elif len(proven) == 1:
            self._decide(call, proven[0])
        elif proven or call.answering:
            self._consider_time(call, proven or self._possible(call))
        else:
            self._consider_later_work(call)

    def _proven(self, call: SentRequest) -> list[Run] | None:
        """Return the runs that the request ID, the named objects or a token prove: one, or none.

        Return several runs if these have equal evidence, and None while evidence may come.
        """
        evidence = call.evidence
        candidates = self._with_id(call) if evidence.cause_id else []
        if candidates is None or len(candidates) == 1:
            return candidates
        tokens = evidence.subjects or evidence.tokens
        with_token = [each for each in call.answering if not tokens.isdisjoint(each.evidence.tokens)]
        if with_token:
            return None if any(each.awaits_evidence for each in with_token) else _runs(with_token) or None
        owner = next((run for run in self._runs.going if not tokens.isdisjoint(run.tokens)), None)
        if owner is not None:
            return [owner]
        return [self._runs.background_run(evidence)] if evidence.subjects else candidates

    def _with_id(self, call: SentRequest) -> list[Run] | None:
        """Return the runs with the request ID of the call or, for a change, with the objects that it names.

        Return the background run if no request has the ID, and an empty list if responses have no IDs. Return
        None while evidence may come, and while the recording of a run is being written.
        """
        candidates = self._runs.of_request(call.evidence.cause_id)
        if not candidates and self._may_learn_id(call):
            return None
        candidates = candidates or self._changing(call)
        if any(map(self._runs.is_ending, candidates)):
            return None
        if not candidates and all(each.request_id for each in call.answering):
            return [self._runs.background_run(call.evidence)]
        return candidates

    def _may_learn_id(self, call: SentRequest) -> bool:
        """Return whether the run with the request ID of the call may still become known."""
        if not call.is_complete or any(not each.is_complete for each in call.answering):
            return True
        cause, started = call.evidence.cause_id, call.evidence.started
        return any(
            each.exchange is not None and cause in request_ids(each.exchange)
            for each in self._undecided
            if each is not call and each.evidence.started < started
        )

    def _changing(self, call: SentRequest) -> list[Run]:
        """Return the runs that changed the objects which a change names."""
        if call.exchange is None or call.exchange.request.method in SAFE_METHODS:
            return []
        return self._runs.that_changed(named_objects(call.exchange))

    def _consider_time(self, call: SentRequest, candidates: list[Run]) -> None:
        """Set ``candidates``, such as the runs that the sender is answering. Decide if there is only one."""
        call.awaits_evidence = any(each.awaits_evidence for each in call.answering)
        call.propose(candidates)
        if len(candidates) == 1 and not call.awaits_evidence:
            self._assign(call, candidates[0])
        # The exchanges of all requests that the call may serve are complete, and no evidence has come.
        elif (
            candidates
            and all(each.is_complete for each in call.answering)
            and not self._may_follow_next_call(call)
        ):
            self._decide_by_time(call)

    def _consider_later_work(self, call: SentRequest) -> None:
        """Set the runs whose change the sender may go on with as the possible runs of the call.

        If there is none, the call belongs to a background run.
        """
        candidates = self._working(call)
        if not candidates:
            self._assign(call, self._runs.background_run(call.evidence))
            return
        call.awaits_evidence = True
        call.propose(candidates)
        if not self._may_follow_next_call(call):
            self._decide_by_time(call)

    def _possible(self, call: SentRequest) -> list[Run]:
        """Return the runs that the sender is answering.

        Add the runs with later work while the next call may decide.
        """
        answered = _runs(call.answering)
        if not answered or not self._may_follow_next_call(call):
            return answered
        return list(dict.fromkeys((*answered, *self._working(call))))

    def _working(self, call: SentRequest) -> list[Run]:
        """Return the runs whose change the sender may go on with."""
        return [run for run in self._runs.going if service_of(call.evidence.sender) in run.working_services]

    def _may_follow_next_call(self, call: SentRequest) -> bool:
        """Return whether the next call of the sender may still show the run of a call without evidence."""
        if not _lacks_evidence(call) or not is_asynchronous(service_of(call.evidence.sender)):
            return False
        return not call.is_complete or self._clock() < call.completed + _FOLLOW

    def _assign(self, call: SentRequest, run: Run, doubt: RunNote | None = None) -> None:
        """Assign a call to a run, and resume the run if it is finished."""
        self._runs.resume(run)
        call.decide(run, doubt)

    def _decide(self, call: SentRequest, run: Run) -> None:
        """Assign a call to the run that evidence shows, and with it earlier calls without evidence."""
        self._assign(call, run)
        waiting = self._open()
        for earlier in waiting:
            is_possible = run in earlier.runs or run.service == call.evidence.sender
            if not (is_possible and _lacks_evidence(earlier) and _is_for_same_work(call, earlier)):
                continue
            # A call between both, whose run is not known yet, shows the run of the earlier call instead.
            if not any(
                _is_between(each, earlier, call) and _is_for_same_work(each, earlier) for each in waiting
            ):
                self._decide(earlier, run)

    def _decide_by_time(self, call: SentRequest) -> None:
        """Assign a call to the first of its possible runs. With several, put all of them in doubt."""
        candidates = call.runs or [self._runs.background_run(call.evidence)]
        doubt = None
        if len(candidates) > 1:
            doubt = RunNote(code="concurrent-call", values={"sender": call.evidence.sender})
            self._runs.doubt_each(candidates, doubt)
        self._assign(call, candidates[0], doubt)

    def _answering(self, request: SentRequest) -> Iterable[SentRequest]:
        """Return the requests that the sender is answering at the time of ``request``.

        If none has the sender as its known receiver, return those with an unknown receiver.
        """
        now, sender = request.evidence.started, service_of(request.evidence.sender)
        others = (each for each in self._under_way if each is not request)
        waiting = [each for each in others if each.evidence.started <= now <= each.ended]
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


def _lacks_evidence(call: SentRequest) -> bool:
    """Return whether a call has no evidence of its own, as a login or the discovery of a service."""
    return not (call.evidence.cause_id or call.evidence.subjects)


def _is_between(call: SentRequest, first: SentRequest, last: SentRequest) -> bool:
    """Return whether ``call`` has evidence of its own, and was sent after ``first`` and before ``last``."""
    return (
        not _lacks_evidence(call) and first.evidence.started <= call.evidence.started < last.evidence.started
    )


def _is_for_same_work(call: SentRequest, earlier: SentRequest) -> bool:
    """Return whether ``earlier``, a call without evidence, was sent for the same run as ``call``."""
    if earlier.evidence.sender != call.evidence.sender or earlier.evidence.started > call.evidence.started:
        return False
    if earlier.evidence.connection == call.evidence.connection:
        return True
    # The token of the service's account serves many runs, so only a call with a request ID is evidence.
    uses_login = is_below(call.service, earlier.service) or not earlier.issued.isdisjoint(
        call.evidence.tokens
    )
    return uses_login and bool(call.evidence.cause_id)
