"""Find the positions of the scalars of a YAML text. Keep only the lines of the current scalar in memory."""

from __future__ import annotations

import re
from collections import deque
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["YamlLines"]

_MOST_HELD = 2**22  # characters; a longer scalar ends the reading
_MOST_SEARCHED = 200  # lines
_BREAK = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")  # YAML 1.1, section 5.4, as libyaml counts lines
_BREAKS = "\r\x85\u2028\u2029"


class _Line(NamedTuple):
    """A line of YAML: its text, and in which line and column of the whole text it begins."""

    number: int
    column: int
    text: str


class YamlLines:
    """The pieces of a text, each of whole lines, to be read once, with the lines from a mark on."""

    def __init__(self, pieces: Iterator[str]) -> None:
        self._pieces = pieces
        self._lines: deque[_Line] = deque()
        self._first = 0  # the number of the first line that is held, as libyaml counts
        self._held = 0
        self._number = 1
        # The latest scalar in which a position was told: in which row, and how far into value or row.
        self._scalar: Any = None
        self._row = self._reached = 0

    def read(self, _size: int = 0, /) -> str:
        """Return the next piece; empty at the end, and where a scalar is too long to be held."""
        piece = next(self._pieces, "") if self._held < _MOST_HELD else ""
        for line in piece.split("\n")[: -1 if piece.endswith("\n") else None] if piece else ():
            self._hold(line)
            self._number += 1
        return piece

    def forget(self, before: Any) -> None:
        """Let the lines before a mark go."""
        while self._first < before.line and self._lines:
            self._held -= len(self._lines.popleft().text)
            self._first += 1

    def position(self, scalar: Any, offset: int, value: str) -> tuple[int, int]:
        """Return line and column of ``value``, which begins at ``offset`` of what a scalar says."""
        start, end = scalar.start_mark, scalar.end_mark
        if scalar.style == "|":
            return self._in_block(scalar, offset)
        quotes = 1 if scalar.style in ("'", '"') else 0
        column = start.column + quotes
        if start.line == end.line and end.column - quotes - column == len(scalar.value):
            return self._at(start.line, column + offset)
        return self._searched(scalar, value)

    def _searched(self, scalar: Any, value: str) -> tuple[int, int]:
        """Return the position of ``value`` in a scalar of several spellings, from the latest one on."""
        if self._scalar is not scalar:
            self._scalar, self._row, self._reached = scalar, scalar.start_mark.line, scalar.start_mark.column
        last = min(scalar.end_mark.line, self._row + _MOST_SEARCHED)
        for row in range(self._row, last + 1):
            found = self._text(row).find(value, self._reached if row == self._row else 0)
            if found >= 0:
                self._row, self._reached = row, found
                break
        return self._at(self._row, self._reached)

    def _in_block(self, scalar: Any, offset: int) -> tuple[int, int]:
        """Return the position of a character of a literal block, of which each line has the same indent."""
        if self._scalar is not scalar or offset < self._reached:
            self._scalar, self._row, self._reached = scalar, scalar.start_mark.line + 1, 0
        self._row += scalar.value.count("\n", self._reached, offset)
        self._reached = offset
        row = self._row
        begin = scalar.value.rfind("\n", 0, offset) + 1
        stop = scalar.value.find("\n", offset)
        said = scalar.value[begin : stop if stop >= 0 else len(scalar.value)]
        return self._at(row, len(self._text(row)) - len(said) + offset - begin)

    def _hold(self, line: str) -> None:
        begin = 1 if line.startswith("\ufeff") and self._number == 1 else 0  # a byte order mark is no column
        if any(mark in line for mark in _BREAKS):
            for found in _BREAK.finditer(line):
                if found.end() < len(line) or found[0] != "\r":  # the rest of CR LF is no line
                    self._add(begin, line[begin : found.start()])
                    begin = found.end()
        self._add(begin, line[begin:].removesuffix("\r"))

    def _add(self, column: int, text: str) -> None:
        self._lines.append(_Line(self._number, column, text))
        self._held += len(text)

    def _text(self, number: int) -> str:
        index = number - self._first
        return self._lines[index].text if 0 <= index < len(self._lines) else ""

    def _at(self, number: int, column: int) -> tuple[int, int]:
        """Return the position, from 1, of a character of a line as libyaml counts both from 0."""
        index = number - self._first
        if not 0 <= index < len(self._lines):
            return self._number, 1
        line = self._lines[index]
        return line.number, line.column + column + 1
