"""Lists whose items are made when they are asked for: what is too long to be held."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar, overload

__all__ = ["LazySequence", "lazy_map", "reordered"]

S = TypeVar("S")
T = TypeVar("T")


class LazySequence(Sequence[T]):
    """``length`` items, of which ``make`` makes the one at a place anew each time."""

    def __init__(self, length: int, make: Callable[[int], T]) -> None:
        self._places = range(length)
        self._make = make

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, place: int) -> T: ...
    @overload
    def __getitem__(self, place: slice) -> list[T]: ...
    def __getitem__(self, place: int | slice) -> T | list[T]:
        if isinstance(place, slice):
            return [self._make(one) for one in self._places[place]]
        return self._make(self._places[place])

    def __iter__(self) -> Iterator[T]:
        return map(self._make, self._places)


def lazy_map(source: Sequence[S], make: Callable[[int, S], T]) -> Sequence[T]:
    """What ``make`` makes of each place and item of ``source``: held if the source is, else not."""
    if isinstance(source, list):
        return [make(place, one) for place, one in enumerate(source)]
    return LazySequence(len(source), lambda place: make(place, source[place]))


def reordered(source: Sequence[S], order: Sequence[int]) -> Sequence[S]:
    """The items of ``source`` that stand at the places ``order``: held if the source is, else not."""
    if isinstance(source, list):
        return [source[place] for place in order]
    return LazySequence(len(order), lambda place: source[order[place]])
