"""Values in tables of clients (PrettyTable) that a narrow column breaks over several rows.

The rows of one cell follow each other between the same borders::

    | id | gAAAAABmaB3_-xYz | admin |
    |    | aB3_-xYzaB3_-xYz |       |
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Cells", "cells"]

_ROW = re.compile(r"^[ \t]{0,200}+\|(?P<cells>[^\n]*)\|[ \t]{0,200}+\r?$", re.MULTILINE)
_TOKEN = re.compile(r"[A-Za-z0-9._-]+={0,2}")
_MOST_CELLS = 64  # of a row; a longer one is no table

_Cell = tuple[int, int]


class Cells:
    """The joined contents of broken cells. ``spans`` converts positions to those in the original text."""

    def __init__(self, text: str, groups: Iterator[list[_Cell]]) -> None:
        self._starts: list[int] = []
        self._origins: list[int] = []
        parts: list[str] = []
        length = 0
        for group in groups:
            for start, end in group:
                self._starts.append(length)
                self._origins.append(start)
                parts.append(text[start:end])
                length += end - start
            parts.append("\n")
            length += 1
        self.text = "".join(parts)

    def spans(self, start: int, end: int) -> list[_Cell]:
        """Convert a span of the joined text to spans in the original text, one for each row."""
        spans = []
        index = bisect_right(self._starts, start) - 1
        while start < end:
            last = index + 1 == len(self._starts)
            stop = end if last else min(end, self._starts[index + 1])
            shift = self._origins[index] - self._starts[index]
            spans.append((start + shift, stop + shift))
            start = stop
            index += 1
        return spans


def cells(text: str, *, tokens: bool = False) -> Cells | None:
    """Return the broken cells of all tables in ``text``; None if there are none.

    Any cell may continue in the next row. With ``tokens``, a row continues a cell only if it contains
    characters of tokens in this cell, and nothing in others.
    """
    if "|" not in text or "\n" not in text:
        return None
    joined = Cells(text, _groups(text, tokens=tokens))
    return joined if joined.text else None


def _groups(text: str, *, tokens: bool) -> Iterator[list[_Cell]]:
    for block in _blocks(text):
        for column in zip(*block, strict=True):
            group: list[_Cell] = []
            for index, (start, end) in enumerate(column):
                if tokens and not _goes_on(text, block[index], (start, end)):
                    if len(group) > 1:
                        yield group
                    group = []
                if end > start:
                    group.append((start, end))
            if len(group) > 1:
                yield group


def _goes_on(text: str, row: list[_Cell], cell: _Cell) -> bool:
    filled = [(start, end) for start, end in row if end > start]
    return filled == [cell] and _TOKEN.fullmatch(text, *cell) is not None


def _blocks(text: str) -> Iterator[list[list[_Cell]]]:
    """Yield groups of consecutive rows with an equal number of cells."""
    block: list[list[_Cell]] = []
    last = -1
    for match in _rows(text):
        row = _row(text, *match.span("cells"))
        if match.start() != last or not block or len(row) != len(block[0]):
            if len(block) > 1:
                yield block
            block = []
        if row:
            block.append(row)
        last = match.end() + 1
    if len(block) > 1:
        yield block


def _rows(text: str) -> Iterator[re.Match[str]]:
    """Yield each row of a table. Search for bars first, as most texts have few."""
    bar = text.find("|")
    while bar >= 0:
        match = _ROW.match(text, text.rfind("\n", 0, bar) + 1)
        if match is not None:
            yield match
        end = text.find("\n", bar)
        bar = -1 if end < 0 else text.find("|", end)


def _row(text: str, start: int, end: int) -> list[_Cell]:
    """Return the spans of the cells of a row, without the blanks around them."""
    if text.count("|", start, end) >= _MOST_CELLS:
        return []
    row = []
    for content in text[start:end].split("|"):
        bare = content.strip()
        cell_start = start + content.find(bare)
        row.append((cell_start, cell_start + len(bare)))
        start += len(content) + 1
    return row
