"""Stored exchanges, played in the order of their time.

A file of stored flows may hold them in any order: by their end, as a proxy writes them; by URL; the
latest first. Played in the order in which they began, with a clock that shows their time, they are
attributed to runs as live traffic is.
"""

from __future__ import annotations

import heapq
import itertools
import math
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from msgspec.structs import replace

from tracer.capture.events import Answered, Asked, Content, Disconnected, Event
from tracer.capture.intake import Intake
from tracer.capture.settings import Settings

__all__ = ["Clock", "Playback"]

_LIMIT = 10_000
"""Number of exchanges that are held to bring them into order."""

_SIZE_LIMIT = 128 * 2**20
"""Number of bytes of their contents."""

_DISORDERED = f"the stored requests are out of order by more than {_LIMIT} of them: some may be missing here"


class Clock:
    """A clock that shows the time that it was set to: ``now``, in seconds since the epoch."""

    now = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


class _Held(NamedTuple):
    """An exchange that waits for its turn. ``number`` keeps the order of the file at equal times."""

    started: float
    number: int
    asked: Asked
    answered: Answered


class Playback:
    """Takes what is told of stored flows, and tells ``intake`` of it in the order of time.

    ``clock`` is that of the intake's keepers. What is beyond the limits is played before the file is
    read to its end; what is older comes too late then, and puts all recordings in doubt.
    ``on_failure`` is called with what the intake raises.
    """

    def __init__(self, intake: Intake, clock: Clock, on_failure: Callable[[Exception], None]) -> None:
        self._intake = intake
        self._clock = clock
        self._on_failure = on_failure
        self._asked: dict[str, Asked] = {}
        self._held: list[_Held] = []
        self._numbers = itertools.count()
        self._size = 0
        self._on_connection: Counter[str] = Counter()
        self._played = -math.inf
        self._settings: Settings | None = None

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
        """Play what was told before the settings changed."""
        if self._settings is not None:
            await self._play_all()
            self._intake.configure(self._settings)
            self._settings = None

    async def delivered(self) -> None:
        """Play the oldest of what is beyond the limits."""
        while len(self._held) > _LIMIT or self._size > _SIZE_LIMIT:
            await self._play(heapq.heappop(self._held))

    async def finish(self) -> None:
        """Make recordings of all runs."""
        await self._play_all()
        await self._intake.finish()

    def _hold(self, asked: Asked, answered: Answered) -> None:
        if asked.started < self._played:
            self._intake.doubt(_DISORDERED)
        heapq.heappush(self._held, _Held(asked.started, next(self._numbers), asked, answered))
        self._size += _size(answered)
        self._on_connection[asked.connection] += 1

    async def _play_all(self) -> None:
        while self._held:
            await self._play(heapq.heappop(self._held))

    async def _play(self, held: _Held) -> None:
        self._size -= _size(held.answered)
        self._played = max(self._played, held.started)
        try:
            await self._pass_time(held.started)
            self._tell(held.asked, held.answered)
        except Exception as error:  # noqa: BLE001 - what else is held is played all the same
            self._on_failure(error)

    async def _pass_time(self, until: float) -> None:
        """Have done what is due before the next exchange begins, each at its time."""
        while (due := self._intake.due()) <= until:
            self._clock.now = due
            await self._intake.tend()
        self._clock.now = until

    def _tell(self, asked: Asked, answered: Answered) -> None:
        connection = asked.connection
        self._on_connection[connection] -= 1
        # As far as the file tells, a connection ends with its last exchange.
        last = not self._on_connection[connection]
        self._intake.tell(asked)
        self._clock.now = asked.started if answered.ended is None else answered.ended
        self._intake.tell(replace(answered, closes=last))
        if last:
            del self._on_connection[connection]
            self._intake.tell(Disconnected(connection))


def _size(answered: Answered) -> int:
    contents: list[Content] = [answered.content, *([answered.reply.content] if answered.reply else [])]
    return sum(len(content.raw or b"") for content in contents)
