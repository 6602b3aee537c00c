"""Stored exchanges, played in the order of their time.

A file of stored flows may hold them in any order: by their end, as a proxy writes them; by URL; the
latest first. Requests and answers are played in the order of their time, each with a clock that shows
it, and so they are attributed to runs as live traffic is.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from msgspec.structs import replace

from tracer.capture.events import Answered, Asked, Content, Disconnected, Event
from tracer.capture.intake import Intake, carried_tokens, issued_tokens
from tracer.capture.settings import Settings

__all__ = ["Clock", "Playback"]

_LIMIT = 10_000
"""Number of exchanges that are held to bring them into order."""

_SIZE_LIMIT = 128 * 2**20
"""Number of bytes of their contents."""

_DISORDERED = (
    f"the stored requests are too far out of order (by more than {_LIMIT:,} of them"
    f" or {_SIZE_LIMIT // 2**20} MiB): some may be missing here"
)

_INTERRUPTED = "the reading of stored exchanges was interrupted"


class Clock:
    """A clock that shows the time that it was set to: ``now``, in seconds since the epoch."""

    now = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


@dataclass(eq=False, slots=True)
class _Exchange:
    """An exchange that is held. ``answered`` is None once it was told."""

    asked: Asked
    answered: Answered | None
    ended: float


_Event = tuple[float, bool, int, _Exchange]
"""When it happens, whether a request begins, a number, and the exchange.

What ends at the moment at which a request begins comes before it. The number keeps the order of the
file at equal times.
"""


class Playback:
    """Takes what is told of stored flows, and tells ``intake`` of it in the order of time.

    ``clock`` is that of the intake's keepers, and never goes back. What is beyond the limits is played
    before the file is read to its end; what is older comes too late then, and puts all recordings in
    doubt. ``on_failure`` is called with what the intake raises.

    Times of a file may be coarse. The answer to a request that began at the same moment as the next one,
    or whose token the next one carries, is told before that. Where an end is approximate, the answer is
    told at the beginning: a later request may have been sent after it.
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
        """Whether an interruption left exchanges that were not played."""
        return self._interrupted and any(begins for _, begins, _, _ in self._events)

    def interrupt(self) -> None:
        """Play no further exchange."""
        self._interrupted = True

    def configure(self, settings: Settings) -> None:
        """Record by other settings what is told after the next ``caught_up``."""
        self._settings = settings

    def tell(self, event: Event) -> None:
        """Take one event."""
        if isinstance(event, Asked):
            self._asked[event.flow] = event
        elif isinstance(event, Answered):
            self._hold(self._asked.pop(event.flow), event)
        else:
            self._intake.tell(event)

    async def caught_up(self) -> None:
        """Play what was told before the settings changed. Let the proxy take signals."""
        await asyncio.sleep(0)
        if self._settings is not None:
            await self._play_all()
            self._intake.configure(self._settings)
            self._settings = None

    async def delivered(self) -> None:
        """Play the oldest of what is beyond the limits."""
        # Each exchange has one event: its beginning or its end.
        while len(self._events) > _LIMIT or self._size > _SIZE_LIMIT:
            await self._play_next()

    async def finish(self) -> None:
        """Make recordings of all runs. Those under way at an interruption are marked."""
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
            # Its connection can show no token either. That of another request keeps its run under way.
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
        except Exception as error:  # noqa: BLE001 - what else is held is played all the same
            self._on_failure(error)
        if begins:
            self._begin(exchange)
        else:
            self._end(exchange)

    async def _pass_time(self, until: float) -> None:
        """Have done what is due before the next event, each at its time."""
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
        """Tell the answer, and that the connection ended if the file has no later exchange on it."""
        self._answer(exchange)
        connection = exchange.asked.connection
        self._on_connection[connection] -= 1
        if not self._on_connection[connection]:
            del self._on_connection[connection]
            self._tell(Disconnected(connection))

    def _answer(self, exchange: _Exchange) -> None:
        """Tell the answer, unless that was done."""
        answered = exchange.answered
        if answered is None:
            return
        for token in _issued(exchange):
            self._issuing.pop(token, None)
        if self._latest is exchange:
            self._latest = None
        exchange.answered = None
        self._size -= _size(answered)
        # The connection ends with its last answer, whatever a header says.
        self._tell(replace(answered, closes=False))

    def _tell(self, event: Event) -> None:
        try:
            self._intake.tell(event)
        except Exception as error:  # noqa: BLE001 - what else is held is played all the same
            self._on_failure(error)


def _issued(exchange: _Exchange) -> frozenset[str]:
    """Return the tokens that the answer hands out to the client."""
    answered = exchange.answered
    return issued_tokens(exchange.asked, answered) if answered else frozenset()


def _size(answered: Answered) -> int:
    contents: list[Content] = [answered.content, *([answered.reply.content] if answered.reply else [])]
    return sum(len(content.raw or b"") for content in contents)
