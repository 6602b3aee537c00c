"""Alignment of the exchanges of two runs.

0. If a request occurs more often in one run, its exchanges are paired by content, such as pages of a list.
1. The longest common subsequence of requests with equal statuses and details gives the first pairs.
2. In each gap between pairs, the longest common subsequence of requests alone gives further pairs.
3. Equal requests that remain on both sides have moved.
4. In each gap, the remaining similar requests are pairs.
5. The order of asynchronous calls is chance. Those with equal responses are pairs, then those with equal or
   similar requests. A call that is asynchronous in one run only is paired with an equal one of the other run.

A poll and the service calls under it are one repetition. Polls are paired with polls that show the same
state, and then the calls under both with each other, whatever their order.
"""

from __future__ import annotations

from bisect import bisect
from collections import defaultdict, deque
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from tracer.comparison.asynchronous import asynchronous_calls
from tracer.comparison.keyed_requests import KeyedRequest, content, keyed_requests
from tracer.comparison.lists import common_runs
from tracer.comparison.message_values import json_text, status_of
from tracer.comparison.repetitions import repetition_tags

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence

    from tracer.comparison.keyed_requests import Key
    from tracer.comparison.polls import Polls
    from tracer.model import Exchange

__all__ = ["ExchangeAlignment", "align_runs"]

_ALIKE = 60.0
"""The similarity, of 100, from which two different path segments count as one changed segment."""
_AHEAD = 20
"""The number of exchanges in which the search for a similar request looks ahead."""
_MOST_OFTEN = 8
"""How often, on average, each content is compared. More polls with a longer partner are differences."""

Runs = tuple["Sequence[Exchange]", "Sequence[Exchange]"]
Pair = tuple[int, int]
Span = tuple[int, int, int, int]

KeyedRequests = tuple["Sequence[KeyedRequest]", "Sequence[KeyedRequest]"]
KeyedExchange = tuple[KeyedRequest, "Exchange"]


class ExchangeAlignment(NamedTuple):
    """Pairs of exchange indexes, in the order of the second run.

    ``moved`` has the pairs that are out of order, ``removed`` and ``added`` the exchanges of one run only.
    ``further`` has pairs of such exchanges with any exchanges: a poll of one run only, and the calls under
    it, with a poll of the other run. ``uncompared`` has those that are too much longer than one of both to
    compare all of them.
    """

    pairs: list[Pair]
    moved: list[Pair]
    removed: list[int]
    added: list[int]
    further: list[Pair]
    uncompared: list[Pair]


def align_runs(
    before: Sequence[Exchange], after: Sequence[Exchange], polls: tuple[Polls, Polls]
) -> ExchangeAlignment:
    """Pair the exchanges of two runs with these polls."""
    runs = before, after
    requests = keyed_requests(before, polls[0]), keyed_requests(after, polls[1])
    late = [
        [index for index in sorted(asynchronous_calls(run)) if index not in of_run.nested]
        for run, of_run in zip(runs, polls, strict=True)
    ]
    ordered = [
        [index for index in range(len(run)) if index not in of_run.nested and index not in unordered]
        for run, of_run, unordered in zip(runs, polls, map(frozenset, late), strict=True)
    ]
    pairs, moved = _align(
        [(requests[0][index], before[index]) for index in ordered[0]],
        [(requests[1][index], after[index]) for index in ordered[1]],
    )
    pairs = [(ordered[0][left], ordered[1][right]) for left, right in pairs]
    moved = [(ordered[0][left], ordered[1][right]) for left, right in moved]
    repeated = [pair for pair in (*pairs, *moved) if pair[0] in polls[0].found]
    free = list(_asynchronous(requests, runs, late[0], late[1]))
    # A call may be asynchronous, or lack the evidence of its cause, in one run only.
    for pair_up in (_equal_elements, _unproven):
        rest = [
            [index for index in (*ordered[side], *late[side]) if index not in paired]
            for side, paired in enumerate(_sides([*pairs, *moved, *free]))
        ]
        free += pair_up(*requests, *rest)
    in_order, out_of_order = _by_order(pairs, free)
    calls = _Calls(requests[0], before, polls[0]), _Calls(requests[1], after, polls[1])
    pairs = sorted([*in_order, *_nested(calls, repeated)], key=lambda pair: pair[1])
    moved = sorted([*moved, *out_of_order], key=lambda pair: pair[1])
    paired_before, paired_after = _sides([*pairs, *moved])
    further = list(_further(requests, polls, repeated))
    further += [
        (left, right)
        for left, right in _nested(calls, further)
        # A call with another status is a difference without this.
        if status_of(before[left]) == status_of(after[right])
    ]
    compared = _compared(further, runs)
    further, uncompared = further[:compared], further[compared:]
    return ExchangeAlignment(
        pairs=pairs,
        moved=moved,
        removed=[index for index in range(len(before)) if index not in paired_before],
        added=[index for index in range(len(after)) if index not in paired_after],
        further=further,
        uncompared=uncompared,
    )


def _compared(further: Sequence[Pair], runs: Runs) -> int:
    """Return how many pairs of ``further`` are compared: many short polls may have one long partner."""
    lengths = [[len(json_text(exchange.response)) for exchange in run] for run in runs]
    most = _MOST_OFTEN * sum(map(sum, lengths))
    used = accumulate(lengths[0][left] + lengths[1][right] for left, right in further)
    return sum(length <= most for length in used)


def _sides(pairs: Sequence[Pair]) -> tuple[frozenset[int], frozenset[int]]:
    return frozenset(index for index, _ in pairs), frozenset(index for _, index in pairs)


def _asynchronous(
    requests: KeyedRequests, runs: Runs, before: Sequence[int], after: Sequence[int]
) -> Iterator[Pair]:
    """Yield pairs of asynchronous calls: by equal responses, by equal requests, and by similar requests."""
    answered = [
        {index: (*of_run[index], status_of(run[index]), content(run[index].response)) for index in indexes}
        for of_run, run, indexes in zip(requests, runs, (before, after), strict=True)
    ]
    pairs = list(_equal_elements(answered[0], answered[1], before, after))
    for pair_up in (_equal_requests, _alike):
        paired_before, paired_after = _sides(pairs)
        left = [index for index in before if index not in paired_before]
        right = [index for index in after if index not in paired_after]
        pairs += pair_up(requests, left, right)
    return iter(pairs)


def _unproven(
    before: Sequence[KeyedRequest],
    after: Sequence[KeyedRequest],
    left: Sequence[int],
    right: Sequence[int],
) -> Iterator[Pair]:
    """Yield pairs of calls for which only one of the runs has the evidence: a token, or a request ID."""
    keys = (
        {index: before[index].key.request for index in left},
        {index: after[index].key.request for index in right},
    )
    for is_proven in (_has_token, _has_cause):
        proven = [index for index in left if is_proven(before[index])]
        unproven = [index for index in right if not is_proven(after[index])]
        found = [*_equal_elements(*keys, proven, unproven)]
        proven = [index for index in right if is_proven(after[index])]
        unproven = [index for index in left if not is_proven(before[index])]
        found += _equal_elements(*keys, unproven, proven)
        yield from found
        paired_before, paired_after = _sides(found)
        left = [index for index in left if index not in paired_before]
        right = [index for index in right if index not in paired_after]


def _has_token(request: KeyedRequest) -> bool:
    return bool(request.key.use)


def _has_cause(request: KeyedRequest) -> bool:
    return request.details[-1] is not None


def _by_order(pairs: Iterable[Pair], free: Iterable[Pair]) -> tuple[list[Pair], list[Pair]]:
    """Add the pairs of ``free`` that cross none to ``pairs``. Return both, and those that cross one."""
    in_order, out_of_order = sorted(pairs), []
    for pair in sorted(free):
        position = bisect(in_order, pair)
        is_behind = position == 0 or in_order[position - 1][1] < pair[1]
        is_ahead = position == len(in_order) or pair[1] < in_order[position][1]
        if is_behind and is_ahead:
            in_order.insert(position, pair)
        else:
            out_of_order.append(pair)
    return in_order, out_of_order


def _align(before: Sequence[KeyedExchange], after: Sequence[KeyedExchange]) -> tuple[list[Pair], list[Pair]]:
    """Pair the exchanges of two runs by the steps 0 to 4. Return those in order, and those that moved."""
    requests = [request for request, _ in before], [request for request, _ in after]
    keys_before, keys_after = [each.key for each in requests[0]], [each.key for each in requests[1]]
    tags_before, tags_after = repetition_tags(_with_status(before), _with_status(after))
    with_status = [
        [
            (*key, status_of(exchange), details, tag)
            for ((key, details), exchange), tag in zip(run, tags, strict=True)
        ]
        for run, tags in ((before, tags_before), (after, tags_after))
    ]
    pairs: list[Pair] = []
    whole = (0, len(before), 0, len(after))
    gaps = [
        inner
        for span in _equal(with_status[0], with_status[1], whole, pairs)
        for inner in _equal(keys_before, keys_after, span, pairs)
    ]
    moved = list(
        _equal_requests(
            requests,
            [index for start, end, _, _ in gaps for index in range(start, end)],
            [index for _, _, start, end in gaps for index in range(start, end)],
        )
    )
    moved_before, moved_after = {index for index, _ in moved}, {index for _, index in moved}
    for start_before, end_before, start_after, end_after in gaps:
        left = [index for index in range(start_before, end_before) if index not in moved_before]
        right = [index for index in range(start_after, end_after) if index not in moved_after]
        pairs += _alike(requests, left, right)
    return pairs, moved


class _Calls:
    """The calls under each poll of a run, by what two equal calls have in common, the strongest first.

    These are the status and the request, the status and the key of the request, the request, and its key.
    """

    def __init__(self, requests: Sequence[KeyedRequest], run: Sequence[Exchange], polls: Polls) -> None:
        self._requests = requests
        self._run = run
        self._polls = polls
        self._under: dict[int, list[dict[Hashable, list[int]]]] = {}

    def under(self, poll: int) -> list[dict[Hashable, list[int]]]:
        """Return the indexes of the calls under ``poll``, in order."""
        if poll not in self._under:
            levels: list[defaultdict[Hashable, list[int]]] = [defaultdict(list) for _ in range(4)]
            for index in self._polls.calls(poll):
                request, status = self._requests[index], status_of(self._run[index])
                for level, common in zip(
                    levels, ((status, request), (status, request[0]), request, request[0]), strict=True
                ):
                    level[common].append(index)
            self._under[poll] = [dict(level) for level in levels]
        return self._under[poll]


def _nested(calls: tuple[_Calls, _Calls], repeated: Iterable[Pair]) -> Iterator[Pair]:
    """Yield pairs of equal calls under paired polls, those with equal statuses first.

    Many polls may have the same partner. So the time depends on the poll that has fewer calls.
    """
    for poll_before, poll_after in repeated:
        taken_before: set[int] = set()
        taken_after: set[int] = set()
        for left, right in zip(calls[0].under(poll_before), calls[1].under(poll_after), strict=True):
            for common in min(left, right, key=len):
                pairs = zip(
                    (index for index in left.get(common, ()) if index not in taken_before),
                    (index for index in right.get(common, ()) if index not in taken_after),
                    strict=False,
                )
                for index_before, index_after in pairs:
                    taken_before.add(index_before)
                    taken_after.add(index_after)
                    yield index_before, index_after


def _further(requests: KeyedRequests, polls: tuple[Polls, Polls], repeated: Sequence[Pair]) -> Iterator[Pair]:
    """Yield each poll without a partner, with the last poll of the other run that shows the same state.

    If none does, it is the last poll that shows another state.
    """
    for side, other in ((0, 1), (1, 0)):
        outer = [[index for index in of_run.found if index not in of_run.nested] for of_run in polls]
        partners = {pair[side] for pair in repeated}
        last = {requests[other][index].key: index for index in sorted(outer[other])}
        of_request = {key.request: index for key, index in last.items()}
        for index in sorted({*outer[side]} - partners):
            key = requests[side][index].key
            partner = last.get(key, of_request.get(key.request))
            if partner is not None:
                yield (index, partner) if side == 0 else (partner, index)


def _with_status(run: Sequence[KeyedExchange]) -> list[tuple[Hashable, Exchange]]:
    return [((*request.key, status_of(exchange)), exchange) for request, exchange in run]


def _equal(
    before: Sequence[Hashable], after: Sequence[Hashable], span: Span, pairs: list[Pair]
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


def _alike(requests: KeyedRequests, before: Sequence[int], after: Sequence[int]) -> Iterator[Pair]:
    """Yield pairs of requests, in order, that differ only in one path segment or only in the method."""
    next_position = 0
    for index in before:
        for position in range(next_position, min(next_position + _AHEAD, len(after))):
            if _similar(requests[0][index].key, requests[1][after[position]].key):
                yield index, after[position]
                next_position = position + 1
                break


def _similar(before: Key, after: Key) -> bool:
    from rapidfuzz.fuzz import ratio

    (*participants_before, method_before, path_before), *further_before = before
    (*participants_after, method_after, path_after), *further_after = after
    if (participants_before, further_before) != (participants_after, further_after):
        return False
    if path_before == path_after:
        return True
    segments_before, segments_after = path_before.split("/"), path_after.split("/")
    differing = [pair for pair in zip(segments_before, segments_after, strict=False) if pair[0] != pair[1]]
    if method_before != method_after or len(segments_before) != len(segments_after) or len(differing) != 1:
        return False
    return ratio(*differing[0]) >= _ALIKE


def _equal_requests(requests: KeyedRequests, left: Sequence[int], right: Sequence[int]) -> Iterator[Pair]:
    """Yield pairs of equal requests, of the indexes ``left`` and ``right``; equal details come first."""
    first = [*_equal_elements(*requests, left, right)]
    yield from first
    taken_before, taken_after = {index for index, _ in first}, {index for _, index in first}
    left = [index for index in left if index not in taken_before]
    right = [index for index in right if index not in taken_after]
    keys = (
        {index: requests[0][index].key for index in left},
        {index: requests[1][index].key for index in right},
    )
    yield from _equal_elements(*keys, left, right)


def _equal_elements(
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
