"""A quick look, in one pass over a text, at whether any of many words stands in it."""

from __future__ import annotations

import os.path
import re
from collections.abc import Collection, Iterable, Iterator
from itertools import groupby

from ahocorasick_rs import AhoCorasick, MatchKind

__all__ = ["SHORTEST", "Words", "fewest"]

SHORTEST = 3
"""Characters; shorter words stand in any text, so that looking for them tells nothing."""
_FIRST, _PIECE = 1_024, 65_536  # characters of a text that are searched at once: few at first, then more
_ALIKE = 8  # characters that words begin with in common, to be searched for by what they have in common
_SURROGATE = re.compile("[\ud800-\udfff]")


class Words:
    """Words in lower case, searched for together (Aho and Corasick, 1975).

    It may say yes where none of them stands; it does not say no where one stands.
    """

    def __init__(self, words: Iterable[str]) -> None:
        wanted = set(words)
        # The searcher's strings cannot hold lone surrogates, here and below.
        self._always = any(len(word) < SHORTEST or _SURROGATE.search(word) for word in wanted)
        # Up to 64 are searched for twice as fast as more.
        few = _beginnings(fewest(wanted))
        self._longest = max(map(len, few), default=0)
        self._search = AhoCorasick([] if self._always else few, matchkind=MatchKind.LeftmostFirst)

    def may_stand_in(self, low: str) -> bool:
        """Whether one of them may stand in ``low``, a text in lower case."""
        if self._always:
            return True
        try:
            return any(map(self._search.find_matches_as_indexes, self._pieces(low)))
        except UnicodeEncodeError:
            return True

    def _pieces(self, low: str) -> Iterator[str]:
        """The searcher lists all that it finds, and one is enough: which often stands near the beginning."""
        start, size = 0, _FIRST
        while start < len(low):
            yield low[start : start + size + self._longest]
            start += size
            size = min(8 * size, _PIECE)


def fewest(words: Collection[str]) -> set[str]:
    """Those that hold no other one: a text without them has none of the others either."""
    return {word for word in words if not any(other != word and other in word for other in words)}


def _beginnings(words: Iterable[str]) -> list[str]:
    """What they begin with, as far as words that begin much alike have it in common."""
    groups = groupby(sorted(words), lambda word: word[:_ALIKE])
    return [os.path.commonprefix([*alike]) for _, alike in groups]  # noqa: RUF071 - they are no paths
