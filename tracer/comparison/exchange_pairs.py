"""Alignment of the exchanges of two runs.

0. If a request occurs more often in one run, its exchanges are paired by content, such as pages of a list.
1. The longest common subsequence of requests with equal statuses and details gives the first pairs.
2. In each gap between pairs, the longest common subsequence of requests alone gives further pairs.
3. Equal requests that remain on both sides have moved.
4. In each gap, the remaining similar requests are pairs.
5. Of asynchronous calls with equal requests, those with equal responses are pairs, as their order is chance.

Polls are paired with polls only.
"""

from __future__ import annotations

import re
from collections import defaultdict, deque
from typing import TYPE_CHECKING, NamedTuple

from tracer.comparison.asynchronous import asynchronous_calls
from tracer.comparison.differences import Location
from tracer.comparison.json_values import read_json
from tracer.comparison.lists import common_runs
from tracer.comparison.outlines import outline
from tracer.comparison.polls import polls
from tracer.comparison.repetitions import repetition_tags
from tracer.comparison.request_urls import url_parts
from tracer.sequences import generic, parents, sent_id, service_of

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence

    from tracer.model import Exchange, Request, Response

__all__ = ["ExchangeAlignment", "align_runs", "normalized_path"]

_ALIKE = 60.0
"""The similarity, of 100, from which two different path segments count as one changed segment."""
_AHEAD = 20
"""The number of exchanges in which the search for a similar request looks ahead."""
_BODY = Location("request", "", "").within("body")
_PARAMETER = re.compile(r"\{[^}]*\}")

Key = tuple[str, str, str, str, bool]
"""Service of the sender, receiver, method and path of a request, and whether it is a poll."""
Details = tuple["Hashable", ...]
"""What tells apart requests with the same key."""
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
    keys_before, keys_after = _keys(before), _keys(after)
    details_before, details_after = _details(before, keys_before), _details(after, keys_after)
    tags_before, tags_after = repetition_tags(
        _with_status(keys_before, before), _with_status(keys_after, after)
    )
    with_status = [
        [
            (*key, _status(exchange), *part)
            for key, exchange, *part in zip(keys, run, details, tags, strict=True)
        ]
        for keys, run, details, tags in (
            (keys_before, before, details_before, tags_before),
            (keys_after, after, details_after, tags_after),
        )
    ]
    pairs: list[tuple[int, int]] = []
    whole = (0, len(before), 0, len(after))
    gaps = [
        inner
        for span in _equal(with_status[0], with_status[1], whole, pairs)
        for inner in _equal(keys_before, keys_after, span, pairs)
    ]
    moved = _moved(keys_before, keys_after, details_before, details_after, gaps)
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
    requests = [*zip(keys_before, details_before, strict=True)]
    swapped = _swapped(before, after, pairs, requests)
    pairs = sorted({*pairs} - swapped.keys())
    moved = sorted([*moved, *swapped.values()], key=lambda pair: pair[1])
    return ExchangeAlignment(pairs, moved, removed, added)


def normalized_path(exchange: Exchange) -> str:
    """Return the path template of ``exchange``, from its label or else from its URL."""
    return (exchange.path or generic(url_parts(exchange.request.url).path or "/")).partition("?")[0]


def _keys(run: Sequence[Exchange]) -> list[Key]:
    repeated = polls(run)
    return [_key(exchange, index in repeated) for index, exchange in enumerate(run)]


def _key(exchange: Exchange, poll: bool) -> Key:
    path = _PARAMETER.sub("{}", normalized_path(exchange))
    return service_of(exchange.sender), exchange.receiver, exchange.request.method, path, poll


def _details(run: Sequence[Exchange], keys: Sequence[Key]) -> list[Details]:
    """Return the details of each request: the names of its parameters.

    Services send equal requests for several causes, and in any order. A service call has its cause and its
    content as further details.
    """
    causes = parents(run)
    details: list[Details] = []
    for index, exchange in enumerate(run):
        query = url_parts(exchange.request.url).query
        names = tuple(sorted(part.partition("=")[0] for part in query.split("&")))
        if exchange.sender == "client":
            details.append((names,))
            continue
        cause = causes[index] if sent_id(exchange) else None
        details.append((names, _content(exchange.request), None if cause is None else keys[cause]))
    return details


def _content(message: Request | Response | None) -> str:
    """Return the outline of the JSON body of a message, empty without such a body."""
    body = None if message is None else message.body
    if body is None or body.json is None:
        return ""
    try:
        return outline(read_json(body.json), _BODY)
    except (ValueError, RecursionError):
        return body.json


def _swapped(
    before: Sequence[Exchange],
    after: Sequence[Exchange],
    pairs: Iterable[tuple[int, int]],
    requests: Sequence[Hashable],
) -> dict[tuple[int, int], tuple[int, int]]:
    """Return the pairs of asynchronous calls that get other partners, with these, by equal responses."""
    late_before, late_after = asynchronous_calls(before), asynchronous_calls(after)
    groups: defaultdict[Hashable, list[tuple[int, int]]] = defaultdict(list)
    for pair in pairs:
        if pair[0] in late_before and pair[1] in late_after:
            groups[requests[pair[0]]].append(pair)
    swapped: dict[tuple[int, int], tuple[int, int]] = {}
    for group in groups.values():
        left, right = [pair[0] for pair in group], [pair[1] for pair in group]
        contents_before = {index: _content(before[index].response) for index in left}
        contents_after = {index: _content(after[index].response) for index in right}
        equal = dict(_equal_requests(contents_before, contents_after, left, right))
        rest = iter([index for index in right if index not in equal.values()])
        for index, former in group:
            partner = equal[index] if index in equal else next(rest)
            if partner != former:
                swapped[index, former] = index, partner
    return swapped


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

    if (before[:2], before[4]) != (after[:2], after[4]):
        return False
    if before[3] == after[3]:
        return True
    segments_before, segments_after = before[3].split("/"), after[3].split("/")
    differing = [pair for pair in zip(segments_before, segments_after, strict=False) if pair[0] != pair[1]]
    if before[2] != after[2] or len(segments_before) != len(segments_after) or len(differing) != 1:
        return False
    return ratio(*differing[0]) >= _ALIKE


def _moved(
    before: Sequence[Key],
    after: Sequence[Key],
    details_before: Sequence[Details],
    details_after: Sequence[Details],
    gaps: Sequence[Span],
) -> list[tuple[int, int]]:
    """Return the pairs of equal requests that remain in the gaps, first those with equal details."""
    left = [index for start, end, _, _ in gaps for index in range(start, end)]
    right = [index for _, _, start, end in gaps for index in range(start, end)]
    moved: list[tuple[int, int]] = []
    for keys_before, keys_after in (
        ([*zip(before, details_before, strict=True)], [*zip(after, details_after, strict=True)]),
        (before, after),
    ):
        moved += _equal_requests(keys_before, keys_after, left, right)
        taken_before, taken_after = {index for index, _ in moved}, {index for _, index in moved}
        left = [index for index in left if index not in taken_before]
        right = [index for index in right if index not in taken_after]
    return sorted(moved, key=lambda pair: pair[1])


def _equal_requests(
    before: Sequence[Hashable] | Mapping[int, Hashable],
    after: Sequence[Hashable] | Mapping[int, Hashable],
    left: Sequence[int],
    right: Sequence[int],
) -> Iterator[tuple[int, int]]:
    """Yield pairs of equal elements, of the indexes ``left`` and ``right``, each in order."""
    waiting: defaultdict[Hashable, deque[int]] = defaultdict(deque)
    for index in left:
        waiting[before[index]].append(index)
    for index in right:
        if waiting.get(after[index]):
            yield waiting[after[index]].popleft(), index
