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
    """A line of YAML: its text, and the line and column of its start in the whole text."""

    number: int
    column: int
    text: str


class YamlLines:
    """A text in pieces of whole lines, read once. The lines from the current mark on stay in memory."""

    def __init__(self, pieces: Iterator[str]) -> None:
        self._pieces = pieces
        self._lines: deque[_Line] = deque()
        self._first = 0  # the number of the first line in memory, as libyaml counts
        self._characters = 0
        self._number = 1
        # The scalar of the last position: its row, and the offset in the value or in the row.
        self._scalar: Any = None
        self._row = self._reached = 0

    def read(self, _size: int = 0, /) -> str:
        """Return the next piece; empty at the end, and if a scalar exceeds the memory limit."""
        piece = next(self._pieces, "") if self._characters < _MOST_HELD else ""
        for line in piece.split("\n")[: -1 if piece.endswith("\n") else None] if piece else ():
            self._hold(line)
            self._number += 1
        return piece

    def forget(self, before: Any) -> None:
        """Remove the lines before a mark from memory."""
        while self._first < before.line and self._lines:
            self._characters -= len(self._lines.popleft().text)
            self._first += 1

    def position(self, scalar: Any, offset: int, value: str) -> tuple[int, int]:
        """Return the line and column of ``value``, which begins at ``offset`` in ``scalar.value``."""
        start, end = scalar.start_mark, scalar.end_mark
        if scalar.style == "|":
            return self._in_block(scalar, offset)
        quotes = 1 if scalar.style in ("'", '"') else 0
        column = start.column + quotes
        if start.line == end.line and end.column - quotes - column == len(scalar.value):
            return self._at(start.line, column + offset)
        return self._searched(scalar, value)

    def _searched(self, scalar: Any, value: str) -> tuple[int, int]:
        """Return the position of ``value`` in a scalar with escapes or folds, from the last position on."""
        if self._scalar is not scalar:
            self._scalar, self._row, self._reached = scalar, scalar.start_mark.line, scalar.start_mark.column
        last = min(scalar.end_mark.line, self._row + _MOST_SEARCHED)
        for row in range(self._row, last + 1):
            column = self._text(row).find(value, self._reached if row == self._row else 0)
            if column >= 0:
                self._row, self._reached = row, column
                break
        return self._at(self._row, self._reached)

    def _in_block(self, scalar: Any, offset: int) -> tuple[int, int]:
        """Return the position of a character of a literal block. All lines of a block have one indent."""
        if self._scalar is not scalar or offset < self._reached:
            self._scalar, self._row, self._reached = scalar, scalar.start_mark.line + 1, 0
        self._row += scalar.value.count("\n", self._reached, offset)
        self._reached = offset
        row = self._row
        begin = scalar.value.rfind("\n", 0, offset) + 1
        stop = scalar.value.find("\n", offset)
        content = scalar.value[begin : stop if stop >= 0 else len(scalar.value)]
        return self._at(row, len(self._text(row)) - len(content) + offset - begin)

    def _hold(self, line: str) -> None:
        begin = 1 if line.startswith("\ufeff") and self._number == 1 else 0  # a byte order mark is no column
        if any(mark in line for mark in _BREAKS):
            for line_break in _BREAK.finditer(line):
                if line_break.end() < len(line) or line_break[0] != "\r":  # this CR is a part of CR LF
                    self._add(begin, line[begin : line_break.start()])
                    begin = line_break.end()
        self._add(begin, line[begin:].removesuffix("\r"))

    def _add(self, column: int, text: str) -> None:
        self._lines.append(_Line(self._number, column, text))
        self._characters += len(text)

    def _text(self, number: int) -> str:
        index = number - self._first
        return self._lines[index].text if 0 <= index < len(self._lines) else ""

    def _at(self, number: int, column: int) -> tuple[int, int]:
        """Convert the line and column of libyaml, counted from 0, to a position counted from 1."""
        index = number - self._first
        if not 0 <= index < len(self._lines):
            return self._number, 1
        line = self._lines[index]
        return line.number, line.column + column + 1
