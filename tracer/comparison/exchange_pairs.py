"""Alignment of the exchanges of two runs.

0. If a request occurs more often in one run, its exchanges are paired by content, such as pages of a list.
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
from tracer.comparison.repetitions import repetition_tags
from tracer.comparison.request_urls import url_parts
from tracer.sequences import generic

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

    from tracer.model import Exchange

__all__ = ["ExchangeAlignment", "align_runs", "normalized_path"]

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
    keys_before, keys_after = [_key(exchange) for exchange in before], [_key(exchange) for exchange in after]
    tags_before, tags_after = repetition_tags(
        _with_status(keys_before, before), _with_status(keys_after, after)
    )
    with_status = [
        [(*key, _status(exchange), tag) for key, exchange, tag in zip(keys, run, tags, strict=True)]
        for keys, run, tags in ((keys_before, before, tags_before), (keys_after, after, tags_after))
    ]
    pairs: list[tuple[int, int]] = []
    whole = (0, len(before), 0, len(after))
    gaps = [
        inner
        for span in _equal(with_status[0], with_status[1], whole, pairs)
        for inner in _equal(keys_before, keys_after, span, pairs)
    ]
    moved = _moved(keys_before, keys_after, gaps)
    moved_before, moved_after = {index for index, _ in moved}, {index for _, index in moved}
    removed: list[int] = []
    added: list[int] = []
    for start_before, end_before, start_after, end_after in gaps:
        left = [index for index in range(start_before, end_before) if index not in moved_before]
        right = [index for index in range(start_after, end_after) if index not in moved_after]
        alike = list(_alike(keys_before, keys_after, left, right))
        pairs += alike
        removed += sorted(set(left) - {index for index, _ in alike})
        added += sorted(set(right) - {index for _, index in alike})
    return ExchangeAlignment(sorted(pairs), moved, removed, added)


def normalized_path(exchange: Exchange) -> str:
    """Return the path template of ``exchange``, from its label or else from its URL."""
    return (exchange.path or generic(url_parts(exchange.request.url).path or "/")).partition("?")[0]


def _key(exchange: Exchange) -> Key:
    path = _PARAMETER.sub("{}", normalized_path(exchange))
    return exchange.sender, exchange.receiver, exchange.request.method, path


def _with_status(keys: Sequence[Key], run: Sequence[Exchange]) -> list[tuple[Hashable, Exchange]]:
    return [((*key, _status(exchange)), exchange) for key, exchange in zip(keys, run, strict=True)]


def _status(exchange: Exchange) -> int:
    return exchange.response.status if exchange.response else 0


def _equal(
    before: Sequence[Hashable], after: Sequence[Hashable], span: Span, pairs: list[tuple[int, int]]
) -> Iterator[Span]:
    """Add the equal elements within ``span`` to ``pairs``. Yield the spans between them."""
    start_before, end_before, start_after, end_after = span
    for offset_before, offset_after, length in common_runs(
        before[start_before:end_before], after[start_after:end_after]
    ):
        index_before, index_after = span[0] + offset_before, span[2] + offset_after
        if (start_before, start_after) != (index_before, index_after):
            yield start_before, index_before, start_after, index_after
        pairs += zip(
            range(index_before, index_before + length), range(index_after, index_after + length), strict=True
        )
        start_before, start_after = index_before + length, index_after + length
    if (start_before, start_after) != (end_before, end_after):
        yield start_before, end_before, start_after, end_after


def _alike(
    keys_before: Sequence[Key], keys_after: Sequence[Key], before: Sequence[int], after: Sequence[int]
) -> Iterator[tuple[int, int]]:
    """Yield pairs of requests, in order, that differ only in one path segment or only in the method."""
    next_position = 0
    for index in before:
        for position in range(next_position, min(next_position + _AHEAD, len(after))):
            if _similar(keys_before[index], keys_after[after[position]]):
                yield index, after[position]
                next_position = position + 1
                break


def _similar(before: Key, after: Key) -> bool:
    from rapidfuzz.fuzz import ratio

    if before[:2] != after[:2]:
        return False
    if before[3] == after[3]:
        return True
    segments_before, segments_after = before[3].split("/"), after[3].split("/")
    differing = [pair for pair in zip(segments_before, segments_after, strict=False) if pair[0] != pair[1]]
    if before[2] != after[2] or len(segments_before) != len(segments_after) or len(differing) != 1:
        return False
    return ratio(*differing[0]) >= _ALIKE


def _moved(before: Sequence[Key], after: Sequence[Key], gaps: Sequence[Span]) -> list[tuple[int, int]]:
    """Return the pairs of equal requests that remain in the gaps."""
    waiting: defaultdict[Key, deque[int]] = defaultdict(deque)
    for start, end, _, _ in gaps:
        for index in range(start, end):
            waiting[before[index]].append(index)
    return [
        (waiting[after[index]].popleft(), index)
        for _, _, start, end in gaps
        for index in range(start, end)
        if waiting.get(after[index])
    ]
