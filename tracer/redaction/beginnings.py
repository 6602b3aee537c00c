"""Search for expressions that begin with one of many words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ahocorasick_rs import AhoCorasick

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Iterator

__all__ = ["Beginnings"]

_PIECE = 65_536  # characters per search, as a search lists all its hits


class Beginnings:
    """The first words of an expression, found in one search (Aho and Corasick, 1975).

    A regular expression with eighty alternatives tries each of them at nearly every character of a text.
    """

    def __init__(self, words: Iterable[str]) -> None:
        wanted = sorted(set(words))
        self._reach = max(map(len, wanted), default=1) - 1
        # Every text begins with the empty word.
        usable = all(map(_is_unicode, wanted)) and "" not in wanted
        self._search = AhoCorasick(wanted) if usable else None

    def finditer(self, regex: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
        """Yield the matches of ``regex.finditer(text)``. Each match must begin with one of the words."""
        if self._search is None or not _is_unicode(text):
            yield from regex.finditer(text)
            return
        done = 0
        for start in self._find_starts(text, self._search):
            if start >= done and (match := regex.match(text, start)) is not None:
                done = match.end()
                yield match

    def _find_starts(self, text: str, search: AhoCorasick) -> Iterator[int]:
        for start in range(0, len(text), _PIECE):
            piece = text[start : start + _PIECE + self._reach]
            begins = {begin for _, begin, _ in search.find_matches_as_indexes(piece, overlapping=True)}
            yield from (start + begin for begin in sorted(begins) if begin < _PIECE)


def _is_unicode(text: str) -> bool:
    """Return whether ``text`` has no lone surrogates. The search library does not support them."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
