"""Exchanges that a moved exchange overtakes: before it in one run, after it in the other."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Passed"]

Point = tuple[int, int]


class Passed:
    """All pairs of two runs, indexed to find the pairs that one of them overtakes without a full search."""

    def __init__(self, pairs: Iterable[Point]) -> None:
        points = sorted(pairs)
        self._before = _Side(points)
        self._behind = _Side([(-before, -after) for before, after in reversed(points)])

    def by(self, pair: Point) -> Iterator[Point]:
        """Return the pairs that are before ``pair`` in one run and after it in the other."""
        before, after = pair
        mirrored = self._behind.overtaken((-before, -after))
        return chain(self._before.overtaken(pair), ((-before, -after) for before, after in mirrored))


class _Side:
    """Points in the order of the first run, with the maxima of the second over 1, 2, 4, … neighbours."""

    def __init__(self, points: list[Point]) -> None:
        self._points = points
        self._highest = [[after for _, after in points]]
        while len(below := self._highest[-1]) > 1:
            self._highest.append([max(below[at : at + 2]) for at in range(0, len(below), 2)])

    def overtaken(self, pair: Point) -> Iterator[Point]:
        """Return the points that are before ``pair`` in the first run and after it in the second."""
        return self._within(len(self._highest) - 1, 0, pair)

    def _within(self, level: int, index: int, pair: Point) -> Iterator[Point]:
        if index >= len(self._highest[level]) or self._highest[level][index] <= pair[1]:
            return
        if self._points[index << level][0] >= pair[0]:
            return
        if not level:
            yield self._points[index]
            return
        yield from self._within(level - 1, 2 * index + 1, pair)
        yield from self._within(level - 1, 2 * index, pair)
