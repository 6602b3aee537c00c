"""The exchange for which a service sent a service call.

The evidence, the strongest first:

1. the request ID that the call carries (``request_ids``): also calls after the response show their cause;
2. the token that the call has validated: a request with this token waits for the result;
3. for a change with a request ID of its sender's own, such as an event: the objects that it names;
4. the time: the last request that the sender had received and not yet answered. For a call with an ID of
   its own, only requests whose responses have no ID count: without one, the sender sent the call on its own
   account;
5. for a call after all responses, such as a login or a discovery: the next call of the sender to the same
   receiver.

A login, and the discovery before it, may be for later work while the sender answers another request. The
first call with its token that shows its cause is stronger evidence than the time.
"""

from __future__ import annotations

import math
from collections import defaultdict, deque
from typing import TYPE_CHECKING, NamedTuple

from tracer.model import SAFE_METHODS, header
from tracer.sequences.catalogue import service_of
from tracer.sequences.request_ids import (
    changed_objects,
    named_objects,
    request_ids,
    response_id,
    sent_id,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracer.model import Exchange

__all__ = ["parents"]

_LATEST = 64
"""Number of latest requests to a service that are compared with an event, or with one request ID."""

_FOLLOW = 10.0
"""Maximum seconds from a call without evidence to the next call of its sender."""


def parents(exchanges: Sequence[Exchange]) -> list[int | None]:
    """Return, for each exchange, the index of the exchange for which its sender sent it, or None.

    The exchanges are in the order of their requests.
    """
    received: defaultdict[str, _Received] = defaultdict(_Received)
    causes: list[int | None] = []
    unexplained: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    discoveries: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    logins: dict[tuple[str, str], list[int]] = {}
    for index, exchange in enumerate(exchanges):
        sender = exchange.sender
        # A process such as nova-compute works for the requests that its service received.
        service = service_of(sender)
        asked = received[service]
        proven = asked.proven_cause(exchange)
        cause = asked.cause_by_time(exchange) if proven is None else proven
        causes.append(cause)
        if cause is not None:
            waiting = unexplained.pop((sender, exchange.receiver), [])
            of_login = [each for token in _tokens(exchange) for each in logins.pop((sender, token), ())]
            for earlier in sorted({*waiting, *of_login}, reverse=True):
                if causes[earlier] is not None and (proven is None or earlier not in of_login):
                    continue
                # An event may be for a later change than the login before it.
                before = cause if cause < earlier else asked.change(exchange, earlier)
                if before is None:
                    unexplained[sender, exchange.receiver] = [each for each in waiting if each <= earlier]
                    break
                if exchange.started - exchanges[earlier].started <= _FOLLOW:
                    causes[earlier] = before
        elif not sent_id(exchange):
            unexplained[sender, exchange.receiver].append(index)
        if proven is None and not sent_id(exchange):
            discoveries[sender, exchange.receiver].append(index)
            if token := _issued_token(exchange):
                logins[sender, token] = discoveries.pop((sender, exchange.receiver))
        received[exchange.receiver].add(index, exchange)
    return causes


class _Request(NamedTuple):
    """A request that a service received, by its position in the run."""

    position: int
    ended: float


class _Received:
    """The requests that a service received so far.

    ``_open``, ``_without_id`` and the lists of ``_by_token`` are stacks: the last request of each may still
    be in process, those before it may be over. Responses to those in ``_without_id`` have no request ID.
    """

    def __init__(self) -> None:
        self._open: list[_Request] = []
        self._without_id: list[_Request] = []
        self._by_token: defaultdict[str, list[_Request]] = defaultdict(list)
        self._by_id: defaultdict[str, deque[_Request]] = defaultdict(lambda: deque(maxlen=_LATEST))
        self._changes: deque[tuple[int, frozenset[str]]] = deque(maxlen=_LATEST)

    def add(self, index: int, exchange: Exchange) -> None:
        """Register a request."""
        ended = math.inf if exchange.ended is None else exchange.ended
        request = _Request(index, ended)
        self._open.append(request)
        if not response_id(exchange):
            self._without_id.append(request)
        for token in _tokens(exchange):
            self._by_token[token].append(request)
        for request_id in request_ids(exchange):
            self._by_id[request_id].append(request)
        if exchange.request.method not in SAFE_METHODS:
            self._changes.append((index, changed_objects(exchange)))

    def cause_by_time(self, call: Exchange) -> int | None:
        """Return the index of the last request that the service was answering when it sent ``call``."""
        return _last_open(self._without_id if sent_id(call) else self._open, call)

    def proven_cause(self, call: Exchange) -> int | None:
        """Return the index of the request that a request ID, a token or an object in ``call`` shows."""
        request_id = sent_id(call)
        if request_id in self._by_id:
            known = self._by_id[request_id]
            waiting = [request for request in known if request.ended >= call.started]
            return max(waiting or known).position
        subject = header(call.request.headers, "X-Subject-Token") or ""
        validating = _last_open(self._by_token.get(subject, []), call)
        if validating is not None:
            return validating
        return self.change(call) if request_id else None

    def change(self, event: Exchange, before: float = math.inf) -> int | None:
        """Return the index of the change, before that index, which changed the most objects of ``event``.

        Of several, the latest counts. Return None if no change changed any, or if the event is safe.
        """
        if event.request.method in SAFE_METHODS:
            return None
        objects = named_objects(event)
        shared = [(len(objects & changed), index) for index, changed in self._changes if index < before]
        count, index = max(shared, default=(0, 0))
        return index if count else None


def _last_open(requests: list[_Request], call: Exchange) -> int | None:
    """Remove requests that are over from the end of ``requests``. Return the position of the last one."""
    while requests and requests[-1].ended < call.started:
        requests.pop()
    return requests[-1].position if requests else None


def _issued_token(exchange: Exchange) -> str | None:
    return None if exchange.response is None else header(exchange.response.headers, "X-Subject-Token")


def _tokens(exchange: Exchange) -> frozenset[str]:
    names = ("X-Auth-Token", "X-Service-Token")
    return frozenset(filter(None, (header(exchange.request.headers, name) for name in names)))
