"""Playback of stored exchanges in the order of time.

A file of stored flows may have any order: by the end of the flows (a proxy writes this order), by URL, or
latest first. The playback passes on requests and responses in the order of time, with a clock that shows
their time. So stored traffic is attributed to runs in the same way as live traffic.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec.structs import replace

from tracer.model import RunNote
from tracer.runs.event_pipeline import EventPipeline, carried_tokens, issued_tokens
from tracer.runs.events import Content, Disconnected, Event, ExchangeCompleted, RequestStarted

if TYPE_CHECKING:
    from collections.abc import Callable

    from tracer.runs.settings import Settings

__all__ = ["Clock", "Playback"]

_LIMIT = 10_000
"""Maximum number of exchanges in memory that wait for their turn."""

_SIZE_LIMIT = 128 * 2**20
"""Maximum size of their contents, in bytes."""

_DISORDERED = RunNote(code="out-of-order", values={"count": _LIMIT, "mebibytes": _SIZE_LIMIT // 2**20})

_INTERRUPTED = "the reading of stored exchanges was interrupted"


class Clock:
    """A clock that shows a set time: ``now``, in seconds since the epoch."""

    now = 0.0

    def __call__(self) -> float:
        """Return ``now``."""
        return self.now


@dataclass(eq=False, slots=True)
class _Exchange:
    """An exchange in memory. ``completed`` is None once the response has been played."""

    request: RequestStarted
    completed: ExchangeCompleted | None
    ended: float


_Event = tuple[float, bool, int, _Exchange]
"""The time, True for a beginning, a number, and the exchange.

At equal times, an end precedes a beginning, and the number preserves the order of the file.
"""


class Playback:
    """A queue of the events of stored flows. It passes the events to ``pipeline`` in the order of time.

    ``clock`` is the clock of the pipeline's managers, and never goes back. Beyond the limits, the oldest
    exchanges are played before the end of the file. If a still older request follows in the file, all
    runs are in doubt. ``on_failure`` is called with each exception of the pipeline.

    Times in a file may be coarse. A response is played before the next request if both requests began at
    the same time, or if the next request carries a token of the response. A response with an approximate
    end is played at the beginning, because later requests may have been sent after it.
    """

    def __init__(
        self, pipeline: EventPipeline, clock: Clock, on_failure: Callable[[Exception], None]
    ) -> None:
        self._pipeline = pipeline
        self._clock = clock
        self._on_failure = on_failure
        self._started: dict[str, RequestStarted] = {}
        self._events: list[_Event] = []
        self._numbers = itertools.count()
        self._size = 0
        self._on_connection: Counter[str] = Counter()
        self._latest: _Exchange | None = None
        self._issuing: dict[str, _Exchange] = {}
        self._settings: Settings | None = None
        self._interrupted = False

    @property
    def incomplete(self) -> bool:
        """True if exchanges were not played because of an interruption."""
        return self._interrupted and any(begins for _, begins, _, _ in self._events)

    def interrupt(self) -> None:
        """Stop the playback before the next event."""
        self._interrupted = True

    def configure(self, settings: Settings) -> None:
        """Apply ``settings`` to all events after the next ``caught_up``."""
        self._settings = settings

    def receive(self, event: Event) -> None:
        """Queue an event of an exchange. Pass any other event to the pipeline at once."""
        if isinstance(event, RequestStarted):
            self._started[event.flow] = event
        elif isinstance(event, ExchangeCompleted):
            self._hold(self._started.pop(event.flow), event)
        else:
            self._pipeline.receive(event)

    async def caught_up(self) -> None:
        """Let the proxy handle signals. If the settings changed, play all events, then apply the settings."""
        await asyncio.sleep(0)
        if self._settings is not None:
            await self._play_all()
            self._pipeline.configure(self._settings)
            self._settings = None

    async def delivered(self) -> None:
        """Play the oldest events until the queue is within its limits."""
        # Each exchange has one event in the queue: its beginning or its end.
        while len(self._events) > _LIMIT or self._size > _SIZE_LIMIT:
            await self._play_next()

    async def finish(self) -> None:
        """Play all events and write all recordings. After an interruption, mark the runs in progress."""
        await self._play_all()
        if self._interrupted:
            for _, begins, _, exchange in self._events:
                if not begins:
                    self._end(exchange)
        await self._pipeline.finish(_INTERRUPTED if self.incomplete else "")

    def _hold(self, request: RequestStarted, completed: ExchangeCompleted) -> None:
        if request.started < self._clock.now:
            self._pipeline.doubt(_DISORDERED)
        ended = request.started if completed.ended is None else completed.ended
        if completed.approximate and not carried_tokens(request):
            # Without a token, the late end is no evidence. A request with a token keeps the connection open.
            ended = request.started
        exchange = _Exchange(request, completed, ended)
        heapq.heappush(self._events, (request.started, True, next(self._numbers), exchange))
        self._size += _size(completed)
        self._on_connection[request.connection] += 1

    async def _play_all(self) -> None:
        while self._events and not self._interrupted:
            await asyncio.sleep(0)
            await self._play_next()

    async def _play_next(self) -> None:
        time, begins, number, exchange = heapq.heappop(self._events)
        if begins:
            heapq.heappush(self._events, (exchange.ended, False, number, exchange))
        try:
            await self._pass_time(time)
        except Exception as error:  # noqa: BLE001 - the remaining events must still be played
            self._on_failure(error)
        if begins:
            self._begin(exchange)
        else:
            self._end(exchange)

    async def _pass_time(self, until: float) -> None:
        """Advance the clock to ``until``. On the way, let the pipeline do its due work at the due times."""
        while (due := self._pipeline.due()) <= until:
            self._clock.now = max(self._clock.now, due)
            await self._pipeline.tend()
        self._clock.now = max(self._clock.now, until)

    def _begin(self, exchange: _Exchange) -> None:
        request = exchange.request
        if self._latest is not None and self._latest.request.started == request.started:
            self._answer(self._latest)
        for token in carried_tokens(request):
            if token in self._issuing:
                self._answer(self._issuing[token])
        self._tell(request)
        self._latest = exchange
        self._issuing.update(dict.fromkeys(_issued(exchange), exchange))
        if exchange.completed is not None and exchange.completed.approximate:
            self._answer(exchange)

    def _end(self, exchange: _Exchange) -> None:
        """Play the response. After the last queued exchange of the connection, play the connection's end."""
        self._answer(exchange)
        connection = exchange.request.connection
        self._on_connection[connection] -= 1
        if not self._on_connection[connection]:
            del self._on_connection[connection]
            self._tell(Disconnected(connection))

    def _answer(self, exchange: _Exchange) -> None:
        """Play the response, unless it has been played."""
        completed = exchange.completed
        if completed is None:
            return
        for token in _issued(exchange):
            self._issuing.pop(token, None)
        if self._latest is exchange:
            self._latest = None
        exchange.completed = None
        self._size -= _size(completed)
        # The connection ends after its last exchange, even if a header announces an earlier end.
        self._tell(replace(completed, closes=False))

    def _tell(self, event: Event) -> None:
        try:
            self._pipeline.receive(event)
        except Exception as error:  # noqa: BLE001 - the remaining events must still be played
            self._on_failure(error)


def _issued(exchange: _Exchange) -> frozenset[str]:
    """Return the tokens that the response issues, if it has not been played yet."""
    completed = exchange.completed
    return issued_tokens(exchange.request, completed) if completed else frozenset()


def _size(completed: ExchangeCompleted) -> int:
    contents: list[Content] = [
        completed.content,
        *([completed.response.content] if completed.response else []),
    ]
    return sum(len(content.raw or b"") for content in contents)
