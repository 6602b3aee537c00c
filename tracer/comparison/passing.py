"""Exchanges that a moved exchange overtakes: before it in one run, after it in the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

__all__ = ["Passed"]

Point = tuple[int, int]


class Passed:
    """All pairs of two runs, indexed to find the pairs that one of them overtakes without a full search."""

    def __init__(self, pairs: Iterable[Point]) -> None:
        points = sorted(pairs)
        self._before = _Side(points)
        self._behind = _Side([(-ours, -theirs) for ours, theirs in reversed(points)])

    def by(self, pair: Point) -> Iterator[Point]:
        """Return the pairs that are before ``pair`` in one run and after it in the other."""
        ours, theirs = pair
        mirrored = self._behind.overtaken((-ours, -theirs))
        return chain(self._before.overtaken(pair), ((-one, -other) for one, other in mirrored))


class _Side:
    """Points in the order of the first run, with the maxima of the second over 1, 2, 4, … neighbours."""

    def __init__(self, points: list[Point]) -> None:
        self._points = points
        self._highest = [[theirs for _, theirs in points]]
        while len(below := self._highest[-1]) > 1:
            self._highest.append([max(below[at : at + 2]) for at in range(0, len(below), 2)])

    def overtaken(self, pair: Point) -> Iterator[Point]:
        """Return the points that are before ``pair`` in the first run and after it in the second."""
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
