"""Alignment of the exchanges of two runs.

1. The longest common subsequence of requests with equal statuses gives the first pairs.
2. In each gap between pairs, the longest common subsequence of requests alone gives further pairs.
3. Equal requests that remain on both sides have moved.
4. In each gap, the remaining similar requests are pairs.
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

__all__ = ["ExchangeAlignment", "align_runs", "path_of", "query_of"]

_ALIKE = 60.0
"""The similarity, of 100, from which two different path segments count as one changed segment."""
_AHEAD = 20
"""The number of exchanges in which the search for a similar request looks ahead."""
_PARAMETER = re.compile(r"\{[^}]*\}")

Key = tuple[str, str, str, str]
Span = tuple[int, int, int, int]


class ExchangeAlignment(NamedTuple):
    """Pairs of exchange indexes, in the order of the second run.

    ``moved`` has the pairs that are out of order, ``removed`` and ``added`` the exchanges of one run only.
    """

    pairs: list[tuple[int, int]]
    moved: list[tuple[int, int]]
    removed: list[int]
    added: list[int]


def align_runs(before: Sequence[Exchange], after: Sequence[Exchange]) -> ExchangeAlignment:
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
    return ExchangeAlignment(sorted(pairs), moved, removed, added)


def path_of(exchange: Exchange) -> str:
    """Return the path template of ``exchange``, from its label or else from its URL."""
    return (exchange.path or generic(_split(exchange)[0])).partition("?")[0]


def query_of(exchange: Exchange) -> str:
    """Return the query of ``exchange``, or an empty string."""
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
    """Add the equal elements within ``span`` to ``pairs``. Yield the spans between them."""
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
    """Yield pairs of requests, in order, that differ only in one path segment or only in the method."""
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
    """Return the pairs of equal requests that remain in the gaps."""
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
