"""What an exchange that has moved came before in one run and behind in the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

__all__ = ["Passed"]

Point = tuple[int, int]


class Passed:
    """All pairs of two runs, to tell those that one of them has passed without looking at each."""

    def __init__(self, pairs: Iterable[Point]) -> None:
        points = sorted(pairs)
        self._before = _Side(points)
        self._behind = _Side([(-ours, -theirs) for ours, theirs in reversed(points)])

    def by(self, pair: Point) -> Iterator[Point]:
        """The pairs whose order with ``pair`` is another in the second run than in the first."""
        ours, theirs = pair
        mirrored = self._behind.overtaken((-ours, -theirs))
        return chain(self._before.overtaken(pair), ((-one, -other) for one, other in mirrored))


class _Side:
    """Points in the order of the first run; the maxima of the second over 1, 2, 4, … of them in a row."""

    def __init__(self, points: list[Point]) -> None:
        self._points = points
        self._highest = [[theirs for _, theirs in points]]
        while len(below := self._highest[-1]) > 1:
            self._highest.append([max(below[at : at + 2]) for at in range(0, len(below), 2)])

    def overtaken(self, pair: Point) -> Iterator[Point]:
        """The points that come before ``pair`` in the first run and behind it in the second."""
        return self._within(len(self._highest) - 1, 0, pair)

    def _within(self, level: int, place: int, pair: Point) -> Iterator[Point]:
        if place >= len(self._highest[level]) or self._highest[level][place] <= pair[1]:
            return
        if self._points[place << level][0] >= pair[0]:
            return
        if not level:
            yield self._points[place]
            return
        yield from self._within(level - 1, 2 * place + 1, pair)
        yield from self._within(level - 1, 2 * place, pair)
