"""Calls that a service sends after the response to the request that caused them.

Several processes and threads of the service send them. Their order among other exchanges is chance.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracer.model import Exchange, HeaderValue

__all__ = ["asynchronous_calls", "causing_requests"]

_CLIENT = "client"
_CAUSE = "x-openstack-request-id"
_IDS = ("x-openstack-request-id", "x-compute-request-id")


def causing_requests(exchanges: Sequence[Exchange]) -> dict[int, int]:
    """Return the index of the exchange that caused each service call, for those that name its request ID."""
    answered: dict[str, int] = {}
    for index, exchange in enumerate(exchanges):
        for request_id in _request_ids(exchange):
            answered.setdefault(request_id, index)
    named = {
        index: _cause(exchange) for index, exchange in enumerate(exchanges) if exchange.sender != _CLIENT
    }
    return {index: answered[cause] for index, cause in named.items() if cause in answered}


def asynchronous_calls(exchanges: Sequence[Exchange]) -> frozenset[int]:
    """Return the indexes of the asynchronous service calls in a run.

    The request ID in a call names its cause. Without one, the cause is a request that is open at that time.
    """
    open_requests: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
    for exchange in exchanges:
        if exchange.sender != exchange.receiver:
            open_requests[exchange.receiver].append((exchange.started, _end(exchange)))
    spans = {receiver: _Spans(sorted(times)) for receiver, times in open_requests.items()}
    causes = causing_requests(exchanges)
    calls: set[int] = set()
    for index, exchange in enumerate(exchanges):
        if exchange.sender == _CLIENT:
            continue
        if index in causes:
            if exchange.started >= _end(exchanges[causes[index]]):
                calls.add(index)
        elif exchange.sender not in spans or not spans[exchange.sender].contain(exchange.started):
            calls.add(index)
    return frozenset(calls)


class _Spans:
    """Times in which a service has an open request, by their beginnings."""

    def __init__(self, times: list[tuple[float, float]]) -> None:
        self._starts = [start for start, _ in times]
        self._ends: list[float] = []
        for _, end in times:
            self._ends.append(max(end, self._ends[-1]) if self._ends else end)

    def contain(self, time: float) -> bool:
        """Return whether a request that began before ``time`` ended after it."""
        index = bisect_right(self._starts, time) - 1
        return index >= 0 and self._ends[index] >= time


def _end(exchange: Exchange) -> float:
    return exchange.started if exchange.ended is None else exchange.ended


def _cause(exchange: Exchange) -> str:
    return exchange.cause or _first(exchange.request.headers, _CAUSE)


def _request_ids(exchange: Exchange) -> Iterator[str]:
    if exchange.response is not None:
        yield from filter(None, (_first(exchange.response.headers, name) for name in _IDS))


def _first(headers: dict[str, HeaderValue], wanted: str) -> str:
    for name, value in headers.items():
        if name.lower() == wanted:
            return value if isinstance(value, str) else value[0]
    return ""
