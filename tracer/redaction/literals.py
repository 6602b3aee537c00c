"""Texts in quotes within a text, as JSON, YAML, programs and shells write them."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable

from tracer.redaction.values import Spot

__all__ = ["Literals"]

# Text in quotes; what is not closed ends with its line. An apostrophe within a word opens none.
_LITERAL = re.compile(
    r""""(?:[^"\\\n]|\\[^\n])*+(?:"|\\?(?=\n)|\\?\Z)|(?<!\w)'(?:[^'\\\n]|\\[^\n])*+(?:'|\\?(?=\n)|\\?\Z)"""
)
_STRING = re.compile(r'"(?:[^"\\\n]|\\[^\n])*+(?:"|\\?(?=\n)|\\?\Z)')
_PATH = re.compile(r"[\w~./ -]*")


class Literals:
    """Where the quoted texts of a text stand; with ``double`` those in double quotes alone."""

    def __init__(self, text: str, *, double: bool = False) -> None:
        self._text = text
        self._pattern = _STRING if double else _LITERAL
        self._spans: list[tuple[int, int]] | None = None
        self._starts: list[int] = []

    def around(self, spot: Spot) -> int:
        """Return the index of the quoted text that holds more than the name at ``spot``, or -1."""
        start, end = spot.start, spot.end
        spans = self._all()
        index = bisect_right(self._starts, start) - 1
        if index < 0:
            return -1
        first, last = spans[index]
        inside = first < start and end <= last
        return index if inside and (start - first, last - end) != (1, 1) else -1

    def ends_with(self, spot: Spot) -> bool:
        """Return whether a name is all that stands in its quotes, but for a path or words before it."""
        index = self.around(spot)
        if index < 0:
            return True
        start, end = self.content(index)
        return spot.end == end and _PATH.fullmatch(self._text, start, spot.start) is not None

    def content(self, index: int) -> tuple[int, int]:
        """Return where the text within the quotes stands."""
        start, end = self._all()[index]
        closed = end - start > 1 and self._text[end - 1] == self._text[start]
        return start + 1, end - 1 if closed else end

    def matching(self, holds: Callable[[str], object]) -> list[int]:
        """Return the indexes of those of whose text ``holds`` is true."""
        return [i for i, (start, end) in enumerate(self._all()) if holds(self._text[start:end])]

    def _all(self) -> list[tuple[int, int]]:
        if self._spans is None:
            self._spans = [match.span() for match in self._pattern.finditer(self._text)]
            self._starts = [start for start, _ in self._spans]
        return self._spans
