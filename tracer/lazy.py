"""Sequences that compute their items on access, for runs too long to keep in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar, overload

__all__ = ["LazySequence", "lazy_map", "lazy_reorder"]

S = TypeVar("S")
T = TypeVar("T")


class LazySequence(Sequence[T]):
    """A read-only sequence of ``length`` items computed by ``item_at`` on every access."""

    def __init__(self, length: int, item_at: Callable[[int], T]) -> None:
        self._indexes = range(length)
        self._item_at = item_at

    def __len__(self) -> int:
        return len(self._indexes)

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> list[T]: ...
    def __getitem__(self, index: int | slice) -> T | list[T]:
        if isinstance(index, slice):
            return [self._item_at(position) for position in self._indexes[index]]
        return self._item_at(self._indexes[index])

    def __iter__(self) -> Iterator[T]:
        return map(self._item_at, self._indexes)


def lazy_map(source: Sequence[S], transform: Callable[[int, S], T]) -> Sequence[T]:
    """Apply ``transform`` to each index and item. Return a list for a list, else a lazy sequence."""
    if isinstance(source, list):
        return [transform(index, item) for index, item in enumerate(source)]
    return LazySequence(len(source), lambda index: transform(index, source[index]))


def lazy_reorder(source: Sequence[S], order: Sequence[int]) -> Sequence[S]:
    """Return the items at the indexes ``order``, as a list for a list, else as a lazy sequence."""
    if isinstance(source, list):
        return [source[index] for index in order]
    return LazySequence(len(order), lambda position: source[order[position]])
