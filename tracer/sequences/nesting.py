"""The exchange for which a service sent a service call.

The evidence, the strongest first:

1. the request ID that the call carries (``request_ids``): also calls after the response show their cause;
2. the token that the call has validated: a request with this token waits for the result;
3. for a change with a request ID of its sender's own, such as an event: the objects that it names;
4. the time: the last request that the sender had received and not yet answered. For a call with an ID of
   its own, only requests whose responses have no ID count: without one, the sender sent the call on its own
   account;
5. for a call after all responses, such as the discovery of another service: the next call of the sender.
"""

from __future__ import annotations

import math
from collections import defaultdict, deque
from typing import TYPE_CHECKING

from tracer.model import SAFE_METHODS, header
from tracer.sequences.request_ids import (
    changed_objects,
    named_objects,
    request_ids,
    response_id,
    sent_id,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tracer.model import Exchange

__all__ = ["parents"]

_LATEST = 64
"""Number of latest requests to a service that are compared with an event, or with one request ID."""

_FOLLOW = 10.0
"""Maximum seconds from a call without evidence to the next call of its sender."""

_Requests = deque[tuple[int, "Exchange"]]


def parents(exchanges: Sequence[Exchange]) -> list[int | None]:
    """Return, for each exchange, the index of the exchange for which its sender sent it, or None.

    The exchanges are in the order of their requests.
    """
    received: defaultdict[str, _Received] = defaultdict(_Received)
    causes: list[int | None] = []
    unexplained: list[int] = []
    for index, exchange in enumerate(exchanges):
        cause = received[exchange.sender].cause(exchange) if exchange.sender in received else None
        causes.append(cause)
        if cause is not None:
            _explain(unexplained, index, exchanges, causes)
        elif not sent_id(exchange):
            unexplained.append(index)
        received[exchange.receiver].add(index, exchange)
    return causes


def _explain(
    unexplained: list[int], index: int, exchanges: Sequence[Exchange], causes: list[int | None]
) -> None:
    """Give calls without evidence the cause of the call ``index``, the next call to the same receiver."""
    call, cause = exchanges[index], causes[index]
    assert cause is not None, "the call has a cause"
    for earlier in list(unexplained):
        other = exchanges[earlier]
        if call.started - other.started > _FOLLOW:
            unexplained.remove(earlier)
        elif other.sender == call.sender and other.receiver == call.receiver and cause < earlier:
            causes[earlier] = cause
            unexplained.remove(earlier)


class _Received:
    """The requests that a service received so far, by index."""

    def __init__(self) -> None:
        self._open: list[tuple[int, Exchange]] = []
        self._by_id: defaultdict[str, _Requests] = defaultdict(lambda: deque(maxlen=_LATEST))
        self._changes: _Requests = deque(maxlen=_LATEST)

    def add(self, index: int, exchange: Exchange) -> None:
        """Register a request."""
        self._open.append((index, exchange))
        for request_id in request_ids(exchange):
            self._by_id[request_id].append((index, exchange))
        if exchange.request.method not in SAFE_METHODS:
            self._changes.append((index, exchange))

    def cause(self, call: Exchange) -> int | None:
        """Return the request for which the service sent ``call``."""
        while self._open and _ended(self._open[-1][1]) < call.started:
            self._open.pop()
        request_id = sent_id(call)
        if request_id in self._by_id:
            known = self._by_id[request_id]
            return _latest(_waiting(known, call) or known)
        subject = header(call.request.headers, "X-Subject-Token")
        if subject:
            validating = [each for each in _waiting(self._open, call) if subject in _tokens(each[1])]
            if validating:
                return _latest(validating)
        if not request_id:
            return self._open[-1][0] if self._open else None
        named = None if call.request.method in SAFE_METHODS else self._that_names(named_objects(call))
        without_id = [each for each in _waiting(self._open, call) if not response_id(each[1])]
        if named is None and without_id:
            return _latest(without_id)
        return named

    def _that_names(self, objects: frozenset[str]) -> int | None:
        """Return the latest change that changed the most of ``objects``, None if no change changed any."""
        shared = [(len(objects & changed_objects(change)), index) for index, change in self._changes]
        count, index = max(shared, default=(0, 0))
        return index if count else None


def _waiting(requests: Iterable[tuple[int, Exchange]], call: Exchange) -> list[tuple[int, Exchange]]:
    return [each for each in requests if _ended(each[1]) >= call.started]


def _latest(requests: Iterable[tuple[int, Exchange]]) -> int:
    return max(index for index, _ in requests)


def _tokens(exchange: Exchange) -> frozenset[str]:
    names = ("X-Auth-Token", "X-Service-Token")
    return frozenset(filter(None, (header(exchange.request.headers, name) for name in names)))


def _ended(exchange: Exchange) -> float:
    return math.inf if exchange.ended is None else exchange.ended
