"""Pairs of repeated requests, such as the pages of a list, by their contents.

If both runs send a request equally often, its exchanges are paired in order. If not, order alone would pair a
page with the page after it. The contents decide which page is missing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence

    from tracer.model import Exchange

__all__ = ["repetition_tags"]

_MOST_COMPARISONS = 40_000
"""The most pairs of exchanges whose contents are compared for one request."""
_WORD = re.compile(r"[^\s\"{}\[\],:?&=]+")

Request = tuple["Hashable", "Exchange"]


def repetition_tags(
    before: Sequence[Request], after: Sequence[Request]
) -> tuple[list[int | None], list[int | None]]:
    """Return a tag for each exchange of two runs: paired exchanges have the same tag.

    Each item is the key of a request, equal for all its repetitions, with its exchange. Exchanges of a
    request that both runs send equally often have no tag.
    """
    tags_before: list[int | None] = [None] * len(before)
    tags_after: list[int | None] = [None] * len(after)
    groups_before, groups_after = _groups(before), _groups(after)
    next_tag = 0
    for key, indexes_before in groups_before.items():
        indexes_after = groups_after.get(key, [])
        cells = len(indexes_before) * len(indexes_after)
        if len(indexes_before) == len(indexes_after) or not 0 < cells <= _MOST_COMPARISONS:
            continue
        words_before = [_words(before[index][1]) for index in indexes_before]
        words_after = [_words(after[index][1]) for index in indexes_after]
        for tag, index in enumerate((*indexes_before, *indexes_after), next_tag):
            (tags_before if tag - next_tag < len(indexes_before) else tags_after)[index] = tag
        for position_before, position_after in _pairs(words_before, words_after):
            tags_after[indexes_after[position_after]] = next_tag + position_before
        next_tag += len(indexes_before) + len(indexes_after)
    return tags_before, tags_after


def _groups(run: Iterable[Request]) -> dict[Hashable, list[int]]:
    groups: defaultdict[Hashable, list[int]] = defaultdict(list)
    for index, (key, _) in enumerate(run):
        groups[key].append(index)
    return groups


def _words(exchange: Exchange) -> frozenset[str]:
    bodies = exchange.request.body, exchange.response.body if exchange.response else None
    texts = [exchange.request.url, *(body.json or body.text or "" for body in bodies if body is not None)]
    return frozenset(word for text in texts for word in _WORD.findall(text))


def _pairs(before: Sequence[frozenset[str]], after: Sequence[frozenset[str]]) -> list[tuple[int, int]]:
    """Pair as many elements as possible, in order, with the highest sum of similarities.

    Of several such alignments, return the earliest.
    """
    if len(before) > len(after):
        return [(index_before, index_after) for index_after, index_before in _pairs(after, before)]
    # Every element of ``before`` has a partner, at most ``spare`` positions later.
    spare = len(after) - len(before)
    best = [0.0] * (spare + 1)
    skips: list[list[int]] = []
    for index in reversed(range(len(before))):
        row: list[int] = []
        scores: list[float] = [0.0] * (spare + 1)
        for offset in reversed(range(spare + 1)):
            score = best[offset] + _similarity(before[index], after[index + offset])
            later = offset < spare and scores[offset + 1] > score
            scores[offset] = scores[offset + 1] if later else score
            row.append(1 if later else 0)
        best = scores
        skips.append(row[::-1])
    pairs: list[tuple[int, int]] = []
    offset = 0
    for index, row in enumerate(reversed(skips)):
        while row[offset]:
            offset += 1
        pairs.append((index, index + offset))
    return pairs


def _similarity(before: frozenset[str], after: frozenset[str]) -> float:
    """Return the share of common words, from 0 to 1."""
    together = len(before | after)
    return len(before & after) / together if together else 1.0
