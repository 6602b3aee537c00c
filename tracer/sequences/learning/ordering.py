"""Groups of exchanges that occur in different orders in different runs."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence

__all__ = ["common_order", "unordered"]

K = TypeVar("K", bound="Hashable")


def unordered(runs: Sequence[Sequence[K]], limit: int) -> list[frozenset[K]]:
    """Return groups of up to ``limit`` keys that are adjacent in each run, but not in the same order.

    A key that occurs twice in a run is in no group: the alignment decides its position.
    """
    twice = {key for run in runs for key, count in Counter(run).items() if count > 1}
    groups: _Groups[K] = _Groups()
    for first, second in combinations(runs, 2):
        _join_inverted(
            groups, [key for key in first if key not in twice], {key: at for at, key in enumerate(second)}
        )
    while any(_join_enclosed(groups, run) for run in runs):
        pass
    return [group for group in groups.all() if len(group) <= limit and not group & twice]


def common_order(runs: Iterable[Sequence[K]]) -> list[K]:
    """Return each key of ``runs`` once, in the order of the longest run. Keys of other runs keep their place.

    A key that the result lacks comes after the key before it in its run. The order of ``runs`` has no effect.
    """
    orders = {tuple(dict.fromkeys(run)) for run in runs}
    result: list[K] = []
    for order in sorted(orders, key=lambda order: (-len(order), order)):
        position = 0
        for key in order:
            if key in result:
                position = result.index(key) + 1
            else:
                result.insert(position, key)
                position += 1
    return result


def _join_inverted(groups: _Groups[K], run: list[K], positions: dict[K, int]) -> None:
    """Join the keys of each part that both runs have in different orders."""
    common = [key for key in run if key in positions]
    # A part ends at an index up to which both runs have the same keys.
    rank = {key: index for index, key in enumerate(sorted(common, key=lambda key: positions[key]))}
    start, furthest = 0, -1
    for index, key in enumerate(common):
        furthest = max(furthest, rank[key])
        if furthest == index:
            for member in common[start + 1 : index + 1]:
                groups.join(common[start], member)
            start = index + 1


def _join_enclosed(groups: _Groups[K], run: Sequence[K]) -> bool:
    """Join the keys between the members of a group in ``run``. Return whether a group grew."""
    changed = False
    for group in groups.all():
        at = [index for index, key in enumerate(run) if key in group]
        for key in run[at[0] : at[-1]] if at else ():
            changed |= groups.join(next(iter(group)), key)
    return changed


class _Groups(Generic[K]):
    """Disjoint sets. Joining two members joins their sets."""

    def __init__(self) -> None:
        self._group: dict[K, set[K]] = {}

    def join(self, first: K, second: K) -> bool:
        target = self._group.setdefault(first, {first})
        absorbed = self._group.setdefault(second, {second})
        if target is absorbed:
            return False
        target |= absorbed
        for key in absorbed:
            self._group[key] = target
        return True

    def all(self) -> list[frozenset[K]]:
        return list(
            {id(group): frozenset(group) for group in self._group.values() if len(group) > 1}.values()
        )
