"""Which exchanges of two runs are the same one.

The longest common subsequence of what was asked and what status came back is kept; what is left
between is paired by what was asked alone, then by being alike. What is left on both
sides and asks the same has moved.
"""

from __future__ import annotations

import re
from collections import defaultdict, deque
from typing import TYPE_CHECKING, NamedTuple

from tracer.comparison.lists import common_runs
from tracer.sequences import generic

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

    from tracer.model import Exchange

__all__ = ["Alignment", "align_runs", "path_of", "query_of"]

_ALIKE = 60.0
"""How alike the segments are, of 100, in which two paths differ that are taken for the same one changed."""
_AHEAD = 20
"""How many exchanges ahead such a one is looked for."""
_PARAMETER = re.compile(r"\{[^}]*\}")

Key = tuple[str, str, str, str]
Span = tuple[int, int, int, int]


class Alignment(NamedTuple):
    """Pairs of indexes, in the order of the second run. ``moved`` are pairs too, but out of order."""

    pairs: list[tuple[int, int]]
    moved: list[tuple[int, int]]
    removed: list[int]
    added: list[int]


def align_runs(before: Sequence[Exchange], after: Sequence[Exchange]) -> Alignment:
    """Pair the exchanges of two runs."""
    ours, theirs = [_key(one) for one in before], [_key(one) for one in after]
    with_status = [
        [(*key, _status(one)) for key, one in zip(keys, run, strict=True)]
        for keys, run in ((ours, before), (theirs, after))
    ]
    pairs: list[tuple[int, int]] = []
    whole = (0, len(before), 0, len(after))
    gaps = [
        inner
        for span in _equal(with_status[0], with_status[1], whole, pairs)
        for inner in _equal(ours, theirs, span, pairs)
    ]
    moved = _moved(ours, theirs, gaps)
    gone, come = {one for one, _ in moved}, {other for _, other in moved}
    removed: list[int] = []
    added: list[int] = []
    for start, end, other, other_end in gaps:
        left = [index for index in range(start, end) if index not in gone]
        right = [index for index in range(other, other_end) if index not in come]
        alike = list(_alike(ours, theirs, left, right))
        pairs += alike
        removed += sorted(set(left) - {one for one, _ in alike})
        added += sorted(set(right) - {one for _, one in alike})
    return Alignment(sorted(pairs), moved, removed, added)


def path_of(exchange: Exchange) -> str:
    """The path template of ``exchange``: that of its label, else what can be told from its URL."""
    return (exchange.path or generic(_split(exchange)[0])).partition("?")[0]


def query_of(exchange: Exchange) -> str:
    """The query of ``exchange``, empty where there is none."""
    return _split(exchange)[1]


def _split(exchange: Exchange) -> tuple[str, str]:
    rest = exchange.request.url.partition("://")[2] or exchange.request.url
    path, _, query = rest.partition("#")[0].partition("?")
    return "/" + path.partition("/")[2], query


def _key(exchange: Exchange) -> Key:
    path = _PARAMETER.sub("{}", path_of(exchange))
    return exchange.sender, exchange.receiver, exchange.request.method, path


def _status(exchange: Exchange) -> int:
    return exchange.response.status if exchange.response else 0


def _equal(
    before: Sequence[Hashable], after: Sequence[Hashable], span: Span, pairs: list[tuple[int, int]]
) -> Iterator[Span]:
    """Take what is equal within ``span`` into ``pairs``, and give the spans between."""
    start, end, other, other_end = span
    for index, other_index, length in common_runs(before[start:end], after[other:other_end]):
        ours, theirs = span[0] + index, span[2] + other_index
        if (start, other) != (ours, theirs):
            yield start, ours, other, theirs
        pairs += zip(range(ours, ours + length), range(theirs, theirs + length), strict=True)
        start, other = ours + length, theirs + length
    if (start, other) != (end, other_end):
        yield start, end, other, other_end


def _alike(
    ours: Sequence[Key], theirs: Sequence[Key], before: Sequence[int], after: Sequence[int]
) -> Iterator[tuple[int, int]]:
    """Pair what differs in its path only, or in its method only, in order."""
    next_one = 0
    for index in before:
        for place in range(next_one, min(next_one + _AHEAD, len(after))):
            if _similar(ours[index], theirs[after[place]]):
                yield index, after[place]
                next_one = place + 1
                break


def _similar(ours: Key, theirs: Key) -> bool:
    from rapidfuzz.fuzz import ratio

    if ours[:2] != theirs[:2]:
        return False
    if ours[3] == theirs[3]:
        return True
    segments, others = ours[3].split("/"), theirs[3].split("/")
    differing = [pair for pair in zip(segments, others, strict=False) if pair[0] != pair[1]]
    if ours[2] != theirs[2] or len(segments) != len(others) or len(differing) != 1:
        return False
    return ratio(*differing[0]) >= _ALIKE


def _moved(ours: Sequence[Key], theirs: Sequence[Key], gaps: Sequence[Span]) -> list[tuple[int, int]]:
    """What asks the same on both sides, and is not in the same gap."""
    waiting: defaultdict[Key, deque[int]] = defaultdict(deque)
    for start, end, _, _ in gaps:
        for index in range(start, end):
            waiting[ours[index]].append(index)
    return [
        (waiting[theirs[index]].popleft(), index)
        for _, _, start, end in gaps
        for index in range(start, end)
        if waiting.get(theirs[index])
    ]
