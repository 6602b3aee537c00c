"""Tables that the client prints, as values that can be compared with its JSON output."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from tracer.comparison.volatile import skeleton

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["displayed", "is_table", "table_values"]

_RULE = re.compile(r"\+(?:-+\+)+")
_STRUCTURED = re.compile(r"[,'={}\[\]]")
_WORD = re.compile(r"[^\s\"'{}\[\],:=]+")
_JSON_WORDS = {"true": "True", "false": "False", "null": "None"}


def is_table(text: str) -> bool:
    """Return whether ``text`` is a table of the client."""
    lines = text.splitlines()
    return len(lines) > 2 and _RULE.fullmatch(lines[0]) is not None and lines[-1] == lines[0]


def table_values(text: str) -> object:
    """Return the cells of a table: an object for a table of fields, else a list of an object for each row."""
    header, *body = [_cells(line) for line in text.splitlines() if not _RULE.fullmatch(line)]
    rows: list[list[str]] = []
    for cells in body:
        if rows and not cells[0] and any(cells):
            # A long value continues on the next line.
            rows[-1] = [f"{before}\n{cell}".strip() for before, cell in zip(rows[-1], cells, strict=False)]
        else:
            rows.append(cells)
    if header == ["Field", "Value"]:
        return {row[0]: _words(row[1]) for row in rows if len(row) == len(header)}
    return [dict(zip(header, map(_words, row), strict=False)) for row in rows]


def displayed(value: object) -> object:
    """Return the value of JSON output in the form of ``table_values``."""
    if isinstance(value, list) and all(isinstance(row, dict) for row in value):
        return [_fields(row) for row in value]
    return _fields(value)


def _fields(value: object) -> object:
    if not isinstance(value, dict):
        return value
    return {str(key): _words(_cell(inner)) for key, inner in value.items()}


def _cell(value: object) -> str:
    """Return the text of a value in a table."""
    if isinstance(value, str):
        return value
    words: Sequence[str] = _WORD.findall(json.dumps(value, ensure_ascii=False))
    return ",".join(_JSON_WORDS.get(word, word) for word in words)


def _words(cell: str) -> str:
    """Return the words of a cell. A list or an object has no order: the client sorts it in a table only."""
    if not _STRUCTURED.search(cell):
        return " ".join(cell.split())
    return " ".join(sorted(_WORD.findall(cell), key=lambda word: skeleton(word, "output.stdout")))


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split(" | ")]
