"""Alignment of the elements of two lists, by an identifying key or else by content."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from tracer.comparison.differences import shown
from tracer.comparison.outlines import outline
from tracer.comparison.volatile import is_volatile
from tracer.comparison.volatile_rules import identities

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence

    from tracer.comparison.differences import Location

__all__ = ["ListAlignment", "align", "common_runs", "crossing", "names"]

_LONGEST_TABLE = 4_000_000_000
"""The most cells in the table of a longest common subsequence. A cell is a bit: half a gigabyte in all."""


class ListAlignment(NamedTuple):
    """The alignment of two lists, by indexes.

    ``pairs`` are in the order of the second list. ``called`` is the key that identifies the elements, empty
    if there is none. The alignment is ``unsure`` if elements of one list look alike.
    """

    pairs: list[tuple[int, int]]
    removed: list[int]
    added: list[int]
    reordered: bool
    called: str
    unsure: bool = False


def align(before: Sequence[object], after: Sequence[object], location: Location) -> ListAlignment:
    """Pair the elements of two lists at ``location``."""
    called = _identity(before, after, location)
    if called:
        return _by_name(before, after, called)
    inside = location.item("")
    return _by_content(
        [outline(element, inside) for element in before], [outline(element, inside) for element in after]
    )


def names(elements: Sequence[object], called: str) -> list[str]:
    """Return the name of each element: ``name=manager`` if ``called`` is the key ``name``, else its index."""
    if not called:
        return [str(index) for index in range(len(elements))]
    return [f"{called}={shown(str(element[called]))}" for element in elements if isinstance(element, dict)]


def common_runs(before: Sequence[Hashable], after: Sequence[Hashable]) -> Iterable[tuple[int, int, int]]:
    """Return the equal parts of two lists, as (index, index in ``after``, length).

    The parts form the longest common subsequence. For very long lists, they may be slightly shorter.
    """
    from rapidfuzz.distance import LCSseq, Levenshtein

    # rapidfuzz compares hashes and treats "a" and 97 as equal. So compare a number for each element.
    numbers: defaultdict[Hashable, int] = defaultdict(lambda: len(numbers))
    ids_before, ids_after = [numbers[element] for element in before], [numbers[element] for element in after]
    # If its table is too large, use the edit distance: it needs no table and aligns nearly as well.
    metric = Levenshtein if len(ids_before) * len(ids_after) > _LONGEST_TABLE else LCSseq
    return [
        (step.src_start, step.dest_start, step.src_end - step.src_start)
        for step in metric.opcodes(ids_before, ids_after)
        if step.tag == "equal"
    ]


def crossing(pairs: Iterable[tuple[int, int]]) -> bool:
    """Return whether pairs in the order of the second list are out of order in the first list."""
    order = [index for index, _ in pairs]
    return order != sorted(order)


def _identity(before: Sequence[object], after: Sequence[object], location: Location) -> str:
    if not all(isinstance(element, dict) for element in (*before, *after)):
        return ""
    return next((key for key in identities() if _tells_apart(key, before, after, location)), "")


def _tells_apart(key: str, before: Sequence[object], after: Sequence[object], location: Location) -> bool:
    general = location.item("").key(key).general
    for elements in (before, after):
        values = [element.get(key) for element in elements if isinstance(element, dict)]
        if not all(isinstance(value, str) and not is_volatile(value, general) for value in values):
            return False
        if len(set(values)) != len(values):
            return False
    return True


def _by_name(before: Sequence[object], after: Sequence[object], called: str) -> ListAlignment:
    indexes_before = {
        element[called]: index for index, element in enumerate(before) if isinstance(element, dict)
    }
    indexes_after = {
        element[called]: index for index, element in enumerate(after) if isinstance(element, dict)
    }
    pairs = [(indexes_before[name], index) for name, index in indexes_after.items() if name in indexes_before]
    return ListAlignment(
        pairs=pairs,
        removed=[index for name, index in indexes_before.items() if name not in indexes_after],
        added=[index for name, index in indexes_after.items() if name not in indexes_before],
        reordered=crossing(pairs),
        called=called,
    )


def _by_content(before: Sequence[str], after: Sequence[str]) -> ListAlignment:
    pairs = [
        (start_before + step, start_after + step)
        for start_before, start_after, length in common_runs(before, after)
        for step in range(length)
    ]
    in_order = list(pairs)
    pairs += _elsewhere(before, after, pairs)
    reordered = len(pairs) > len(in_order)
    # Pair the remaining elements between two equal elements in order.
    pairs += _leftover(len(before), len(after), in_order, pairs)
    paired_before, paired_after = {index for index, _ in pairs}, {index for _, index in pairs}
    return ListAlignment(
        pairs=sorted(pairs, key=lambda pair: pair[1]),
        removed=[index for index in range(len(before)) if index not in paired_before],
        added=[index for index in range(len(after)) if index not in paired_after],
        reordered=reordered,
        called="",
        unsure=len(set(before)) < len(before) or len(set(after)) < len(after),
    )


def _elsewhere(
    before: Sequence[str], after: Sequence[str], pairs: Sequence[tuple[int, int]]
) -> list[tuple[int, int]]:
    """Return the pairs of equal elements that are out of order."""
    taken_before, taken_after = {index for index, _ in pairs}, {index for _, index in pairs}
    waiting: defaultdict[str, list[int]] = defaultdict(list)
    for index in reversed(range(len(before))):
        if index not in taken_before:
            waiting[before[index]].append(index)
    return [
        (waiting[content].pop(), index)
        for index, content in enumerate(after)
        if index not in taken_after and waiting.get(content)
    ]


def _leftover(
    before: int, after: int, in_order: Sequence[tuple[int, int]], pairs: Sequence[tuple[int, int]]
) -> list[tuple[int, int]]:
    taken_before, taken_after = {index for index, _ in pairs}, {index for _, index in pairs}
    leftover: list[tuple[int, int]] = []
    last = (-1, -1)
    for index_before, index_after in (*in_order, (before, after)):
        left = [index for index in range(last[0] + 1, index_before) if index not in taken_before]
        right = [index for index in range(last[1] + 1, index_after) if index not in taken_after]
        leftover += zip(left, right, strict=False)
        last = (index_before, index_after)
    return leftover
