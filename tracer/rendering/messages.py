"""The messages of a recording in the order of time, the source of diagrams and tables.

Exchanges nest: a service call happens between the request of the client and its response.
Times are rounded to milliseconds, so equal times are common. For equal times, the order of
the recording and the nesting decide.
"""

from __future__ import annotations

import heapq
import math
from typing import TYPE_CHECKING, Literal, NamedTuple

from tracer.lazy import lazy_reorder
from tracer.sequences import DEVIATIONS, generic, parents

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tracer.model import Exchange, ExchangeVerdict, Recording

__all__ = ["Change", "MessageView", "client_first", "exchange_messages", "messages"]

_DEEPEST = 16
"""The deepest nesting of exchanges, which bounds the work for each request. No service calls nest so deep."""

Kind = Literal["request", "response", "error"]
Change = Literal["same", "changed", "added", "removed", "moved"]


class MessageView(NamedTuple):
    """A message: one arrow of a diagram.

    ``number`` counts the messages of the run from 1. ``step`` is the step of the sequence, or None.
    ``exchange`` is the index of the exchange in the recording. A request has ``method`` and ``path``,
    a response has ``status`` and ``reason``. An ``error`` replaces a response that did not come, and
    has a ``reason``, empty if the run ended before the response. ``time`` is in seconds since the start of
    the run, ``took`` in seconds since the request; both are None if unknown. ``change`` is the result for
    the message if two runs are compared. ``operation`` is the ID of the operation of the exchange, or empty.
    ``instead_of`` is the message of the first of two runs if that is of another kind: a response for an
    error, or an error for a response.
    """

    number: int
    step: int | None
    exchange: int
    kind: Kind
    sender: str
    receiver: str
    method: str
    path: str
    status: int | None
    reason: str
    time: float | None
    took: float | None
    verdict: ExchangeVerdict | None
    change: Change = "same"
    operation: str = ""
    instead_of: MessageView | None = None

    @property
    def deviates(self) -> bool:
        """True if the exchange of the message deviates from the sequence."""
        return self.verdict in DEVIATIONS

    @property
    def text(self) -> str:
        """The text at the arrow, not escaped."""
        if self.kind == "request":
            text = f"{self.method} {self.path}"
        elif self.kind == "error":
            text = f"No response: {self.reason or 'the run ended before it'}"
        else:
            text = f"Response: {self.status_text}"
        return text if self.instead_of is None else f"{text} ({self.instead_of.text})"

    @property
    def status_text(self) -> str:
        """The status with its reason phrase."""
        return f"{self.status} {self.reason}".rstrip()


class _Open(NamedTuple):
    """A request without a response yet. The smallest tuple is answered first."""

    ended: float
    inwards: int  # negative depth: at equal times the inner exchange ends before the outer exchange
    exchange: int


def messages(recording: Recording) -> list[MessageView]:
    """Return all messages of ``recording`` in the order of time, each request before its response.

    A caller with several renderers computes the messages once, and passes them to each as ``views``.
    """
    views: list[MessageView] = []
    for index, is_request in _order(recording.exchanges):
        request, response = exchange_messages(recording.exchanges[index], index)
        views.append((request if is_request else response)._replace(number=len(views) + 1))
    return views


def client_first(names: Iterable[str]) -> list[str]:
    """Return the names of participants without repetitions: the client, then the others in their order."""
    return sorted(dict.fromkeys(names), key=lambda name: name != "client")


def exchange_messages(exchange: Exchange, index: int = 0, number: int = 1) -> tuple[MessageView, MessageView]:
    """Return the request and the response (or error) of an exchange; the request gets ``number``."""
    request = MessageView(
        number=number,
        step=exchange.steps[0] if exchange.steps else None,
        exchange=index,
        kind="request",
        sender=exchange.sender,
        receiver=exchange.receiver,
        method=exchange.request.method,
        path=_target(exchange),
        status=None,
        reason="",
        time=exchange.started,
        took=None,
        verdict=exchange.verdict,
        operation=exchange.operation,
    )
    answer = exchange.response
    response = request._replace(
        number=number + 1,
        step=exchange.steps[1] if len(exchange.steps) > 1 else None,
        kind="response" if answer else "error",
        sender=exchange.receiver,
        receiver=exchange.sender,
        method="",
        path="",
        status=answer.status if answer else None,
        reason=answer.reason if answer else (exchange.error or ""),
        time=exchange.ended,
        took=None if exchange.ended is None else exchange.ended - exchange.started,
    )
    return request, response


def _target(exchange: Exchange) -> str:
    if exchange.request.method == "CONNECT":  # a tunnel to a host has no path
        return exchange.request.url.partition("://")[2].rstrip("/")
    return exchange.path or generic(_path_of(exchange.request.url))


def _path_of(url: str) -> str:
    behind_scheme = url.partition("://")[2] or url
    return "/" + behind_scheme.partition("/")[2].partition("?")[0].partition("#")[0]


def _order(exchanges: Sequence[Exchange]) -> Iterator[tuple[int, bool]]:
    """Yield (index of the exchange, true for its request) for each message, in the order of time."""
    started = [_seconds(exchange.started, 0.0) for exchange in exchanges]
    order = sorted(range(len(exchanges)), key=lambda number: (started[number], number))
    callers = parents(lazy_reorder(exchanges, order))
    ends = _ends(exchanges, started, order, callers)
    waiting = _Waiting()
    for index, caller in zip(order, callers, strict=True):
        parent = None if caller is None else order[caller]
        yield from ((done, False) for done in waiting.answered_before(started[index]))
        yield from ((done, False) for done in waiting.answered_at(started[index], parent))
        waiting.ask(index, parent, ends[index])
        yield index, True
    yield from ((done, False) for done in waiting.answered_before(math.inf))
    yield from ((done, False) for done in waiting.answered_at(math.inf, None))


def _ends(
    exchanges: Sequence[Exchange], started: list[float], order: list[int], callers: list[int | None]
) -> list[float]:
    """Return the end of each exchange.

    An exchange without a response and without a known end lasts until the exchanges that it caused end.
    """
    ends = [_seconds(exchange.ended, math.inf) for exchange in exchanges]
    unknown = {i for i, exchange in enumerate(exchanges) if math.isinf(ends[i]) and not exchange.response}
    for index in unknown:
        ends[index] = started[index]
    # Inner exchanges begin after outer exchanges, so the reverse order computes inner ends first.
    for index, caller in zip(reversed(order), reversed(callers), strict=True):
        if caller is not None and order[caller] in unknown:
            ends[order[caller]] = max(ends[order[caller]], ends[index])
    return ends


class _Waiting:
    """The requests that have no response yet."""

    def __init__(self) -> None:
        self._heap: list[_Open] = []
        self._parents: dict[int, int | None] = {}
        self._depths: dict[int | None, int] = {None: 0}

    def ask(self, index: int, parent: int | None, ends: float) -> None:
        if self._depths[parent] >= _DEEPEST:
            parent = None
        self._parents[index] = parent
        self._depths[index] = self._depths[parent] + 1
        heapq.heappush(self._heap, _Open(ends, -self._depths[index], index))

    def answered_before(self, time: float) -> Iterator[int]:
        while self._heap and self._heap[0].ended < time:
            yield self._pop()

    def answered_at(self, time: float, parent: int | None) -> Iterator[int]:
        """Yield the exchanges that end by ``time``, except ``parent`` and its callers, which stay open."""
        still_open: list[_Open] = []
        while self._heap and self._heap[0].ended <= time:
            if self._serves(parent, self._heap[0].exchange):
                still_open.append(heapq.heappop(self._heap))
            else:
                yield self._pop()
        for request in still_open:
            heapq.heappush(self._heap, request)

    def _pop(self) -> int:
        return heapq.heappop(self._heap).exchange

    def _serves(self, inner: int | None, outer: int) -> bool:
        while inner is not None and inner != outer:
            inner = self._parents[inner]
        return inner == outer


def _seconds(value: float | None, otherwise: float) -> float:
    return otherwise if value is None or not math.isfinite(value) else value
