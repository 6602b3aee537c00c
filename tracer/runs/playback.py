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
from collections.abc import Callable
from dataclasses import dataclass

from msgspec.structs import replace

from tracer.runs.event_pipeline import Intake, carried_tokens, issued_tokens
from tracer.runs.events import Answered, Asked, Content, Disconnected, Event
from tracer.runs.settings import Settings

__all__ = ["Clock", "Playback"]

_LIMIT = 10_000
"""Maximum number of exchanges in memory that wait for their turn."""

_SIZE_LIMIT = 128 * 2**20
"""Maximum size of their contents, in bytes."""

_DISORDERED = (
    f"the stored requests are too far out of order (by more than {_LIMIT:,} of them"
    f" or {_SIZE_LIMIT // 2**20} MiB): some may be missing here"
)

_INTERRUPTED = "the reading of stored exchanges was interrupted"


class Clock:
    """A clock that shows a set time: ``now``, in seconds since the epoch."""

    now = 0.0

    def __call__(self) -> float:
        """Return ``now``."""
        return self.now


@dataclass(eq=False, slots=True)
class _Exchange:
    """An exchange in memory. ``answered`` is None once the response has been played."""

    asked: Asked
    answered: Answered | None
    ended: float


_Event = tuple[float, bool, int, _Exchange]
"""The time, True for a beginning, a number, and the exchange.

At equal times, an end precedes a beginning, and the number preserves the order of the file.
"""


class Playback:
    """A queue of the events of stored flows. It passes the events to ``intake`` in the order of time.

    ``clock`` is the clock of the intake's keepers, and never goes back. Beyond the limits, the oldest
    exchanges are played before the end of the file. If a still older request follows in the file, all
    runs are in doubt. ``on_failure`` is called with each exception of the intake.

    Times in a file may be coarse. A response is played before the next request if both requests began at
    the same time, or if the next request carries a token of the response. A response with an approximate
    end is played at the beginning, because later requests may have been sent after it.
    """

    def __init__(self, intake: Intake, clock: Clock, on_failure: Callable[[Exception], None]) -> None:
        self._intake = intake
        self._clock = clock
        self._on_failure = on_failure
        self._asked: dict[str, Asked] = {}
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

    def tell(self, event: Event) -> None:
        """Queue an event of an exchange. Pass any other event to the intake at once."""
        if isinstance(event, Asked):
            self._asked[event.flow] = event
        elif isinstance(event, Answered):
            self._hold(self._asked.pop(event.flow), event)
        else:
            self._intake.tell(event)

    async def caught_up(self) -> None:
        """Let the proxy handle signals. If the settings changed, play all events, then apply the settings."""
        await asyncio.sleep(0)
        if self._settings is not None:
            await self._play_all()
            self._intake.configure(self._settings)
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
        await self._intake.finish(_INTERRUPTED if self.incomplete else "")

    def _hold(self, asked: Asked, answered: Answered) -> None:
        if asked.started < self._clock.now:
            self._intake.doubt(_DISORDERED)
        ended = asked.started if answered.ended is None else answered.ended
        if answered.approximate and not carried_tokens(asked):
            # Without a token, the late end is no evidence. A request with a token keeps the connection open.
            ended = asked.started
        exchange = _Exchange(asked, answered, ended)
        heapq.heappush(self._events, (asked.started, True, next(self._numbers), exchange))
        self._size += _size(answered)
        self._on_connection[asked.connection] += 1

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
        """Advance the clock to ``until``. On the way, let the intake do its due work at the due times."""
        while (due := self._intake.due()) <= until:
            self._clock.now = max(self._clock.now, due)
            await self._intake.tend()
        self._clock.now = max(self._clock.now, until)

    def _begin(self, exchange: _Exchange) -> None:
        asked = exchange.asked
        if self._latest is not None and self._latest.asked.started == asked.started:
            self._answer(self._latest)
        for token in carried_tokens(asked):
            if token in self._issuing:
                self._answer(self._issuing[token])
        self._tell(asked)
        self._latest = exchange
        self._issuing.update(dict.fromkeys(_issued(exchange), exchange))
        if exchange.answered is not None and exchange.answered.approximate:
            self._answer(exchange)

    def _end(self, exchange: _Exchange) -> None:
        """Play the response. After the last queued exchange of the connection, play the connection's end."""
        self._answer(exchange)
        connection = exchange.asked.connection
        self._on_connection[connection] -= 1
        if not self._on_connection[connection]:
            del self._on_connection[connection]
            self._tell(Disconnected(connection))

    def _answer(self, exchange: _Exchange) -> None:
        """Play the response, unless it has been played."""
        answered = exchange.answered
        if answered is None:
            return
        for token in _issued(exchange):
            self._issuing.pop(token, None)
        if self._latest is exchange:
            self._latest = None
        exchange.answered = None
        self._size -= _size(answered)
        # The connection ends after its last exchange, even if a header announces an earlier end.
        self._tell(replace(answered, closes=False))

    def _tell(self, event: Event) -> None:
        try:
            self._intake.tell(event)
        except Exception as error:  # noqa: BLE001 - the remaining events must still be played
            self._on_failure(error)


def _issued(exchange: _Exchange) -> frozenset[str]:
    """Return the tokens that the response issues, if it has not been played yet."""
    answered = exchange.answered
    return issued_tokens(exchange.asked, answered) if answered else frozenset()


def _size(answered: Answered) -> int:
    contents: list[Content] = [answered.content, *([answered.reply.content] if answered.reply else [])]
    return sum(len(content.raw or b"") for content in contents)
