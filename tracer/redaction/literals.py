"""Quoted texts within a text, in the syntax of JSON, YAML, programs, and shells."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tracer.redaction.values import Spot

__all__ = ["Literals"]

# Quoted text. Without a closing quote, it ends with its line. An apostrophe within a word is no quote.
# A scalar of YAML may continue (YAML 1.2, section 7.3): see ``_folded_end``.
_LITERAL = re.compile(
    r""""(?:[^"\\\n]|\\[^\n])*+(?:"|\\?(?=\n)|\\?\Z)|(?<!\w)'(?:[^'\\\n]|\\[^\n])*+(?:'|\\?(?=\n)|\\?\Z)"""
)
_STRING = re.compile(r'"(?:[^"\\\n]|\\[^\n])*+(?:"|\\?(?=\n)|\\?\Z)')
_END_OF_FOLDED = {
    "'": re.compile(r"(?>(?:[^'\n]|'')*)(?P<closing>')?"),
    '"': re.compile(r'(?:[^"\\\n]|\\[^\n])*+(?:(?P<closing>")|\\(?=\n))?'),
}
_BEFORE_SCALAR = (": ", "- ")
_INDENT = re.compile(r" *+")
_LONGEST = 65_536  # characters of a scalar in several lines
_PATH = re.compile(r"[\w~./ -]*")


class Literals:
    """The quoted texts of a text; with ``double`` only those in double quotes."""

    def __init__(self, text: str, *, double: bool = False) -> None:
        self._text = text
        self._pattern = _STRING if double else _LITERAL
        self._spans: list[tuple[int, int]] | None = None
        self._starts: list[int] = []

    def around(self, spot: Spot) -> int:
        """Return the index of the quoted text around the name at ``spot``; -1 if there is none.

        A quoted text that is only the name does not count.
        """
        start, end = spot.start, spot.end
        spans = self._all()
        index = bisect_right(self._starts, start) - 1
        if index < 0:
            return -1
        first, last = spans[index]
        inside = first < start and end <= last
        return index if inside and (start - first, last - end) != (1, 1) else -1

    def ends_with(self, spot: Spot) -> bool:
        """Return whether a name ends its quoted text, behind a path or words at most, or is not quoted."""
        index = self.around(spot)
        if index < 0:
            return True
        start, end = self.content(index)
        return spot.end == end and _PATH.fullmatch(self._text, start, spot.start) is not None

    def content(self, index: int) -> tuple[int, int]:
        """Return the span of the text within the quotes.

        Include an escaped opening quote, as the quotes around it are in a missing part of the text.
        """
        start, end = self._all()[index]
        first = start
        while first and self._text[first - 1] == "\\":
            first -= 1
        if first < start:
            return first, end
        closed = end - start > 1 and self._text[end - 1] == self._text[start]
        return start + 1, end - 1 if closed else end

    def matching(self, holds: Callable[[str], object]) -> list[int]:
        """Return the indexes of the quoted texts for which ``holds`` is true."""
        return [i for i, (start, end) in enumerate(self._all()) if holds(self._text[start:end])]

    def _all(self) -> list[tuple[int, int]]:
        if self._spans is None:
            self._spans = list(self._find())
            self._starts = [start for start, _ in self._spans]
        return self._spans

    def _find(self) -> Iterator[tuple[int, int]]:
        text, done = self._text, 0
        while literal := self._pattern.search(text, done):
            start, end = literal.span()
            if text.startswith("\n", end) and text[start - 2 : start] in _BEFORE_SCALAR:
                end = _folded_end(text, start, end)
            yield start, end
            done = max(end, start + 1)


def _folded_end(text: str, start: int, line_end: int) -> int:
    """Return the end of a YAML scalar that continues in lines with more indent; else ``line_end``."""
    begin = text.rfind("\n", 0, start) + 1
    column = len(text[begin:start]) - len(text[begin:start].lstrip(" "))
    end = line_end
    while text.startswith("\n", end) and end - start < _LONGEST:
        stop = _INDENT.match(text, end + 1).end()  # type: ignore[union-attr] # it matches nothing too
        is_blank = text[stop : stop + 1] in ("\n", "")
        if not is_blank and stop - end - 1 <= column:
            break
        rest = _END_OF_FOLDED[text[start]].match(text, stop)
        assert rest is not None, "the expression matches nothing too"
        if rest["closing"]:
            return rest.end()
        end = rest.end()
    return line_end
