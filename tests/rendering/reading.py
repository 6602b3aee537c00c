"""Mermaid text read again by the rules of its numbering, to hold it against the run that it was made of."""

from __future__ import annotations

import re
from typing import NamedTuple

__all__ = ["Read", "read", "without_operations"]

_LOOP = re.compile(r"loop ×(\d+), \((\d+)\)–\((\d+)\)")
_HIDDEN = re.compile(r"\((\d+)\)(?:–\((\d+)\))? (?:authentication|discovery)(?=, |$)")
_ARROW = re.compile(r"(\w+)(->>|-->>|--x)(\w+): (.*)")


_OPERATION = re.compile(r"(?m)^ *%% https://.*\n|(?<=: )(?:.*<br/>)(?=[A-Z]+ /)")


def without_operations(text: str) -> str:
    """Return Mermaid text without the names and the links of operations."""
    return _OPERATION.sub("", text)


class Read(NamedTuple):
    """``drawn``: (number, text) of each arrow; ``covered``: the numbers that loops and notes stand for."""

    drawn: list[tuple[int | None, str]]
    covered: set[int]
    marked: set[int]


def read(text: str) -> Read:
    """What a reader of the diagram sees. Fails where blocks are not balanced."""
    drawn: list[tuple[int | None, str]] = []
    covered: set[int] = set()
    marked: set[int] = set()
    blocks: list[str] = []
    number: int | None = None
    for line in map(str.strip, text.splitlines()):
        keyword = line.partition(" ")[0]
        if keyword == "autonumber":
            argument = line.partition(" ")[2]
            number = None if argument == "off" else int(argument or 1)
        elif keyword in ("loop", "opt", "alt", "par", "rect", "box"):
            blocks.append(keyword)
        elif line == "end":
            blocks.pop()
        elif keyword in ("else", "and"):
            assert blocks[-1] == {"else": "alt", "and": "par"}[keyword]
        elif arrow := _ARROW.fullmatch(line):
            drawn.append((number, arrow[4]))
            if "rect" in blocks and number is not None:
                marked.add(number)
            number = None if number is None else number + 1
        if loop := _LOOP.match(line):
            covered |= set(range(int(loop[2]), int(loop[3]) + 1))
        for hidden in _HIDDEN.finditer(line) if keyword == "Note" else ():
            covered |= set(range(int(hidden[1]), int(hidden[2] or hidden[1]) + 1))
    assert not blocks
    return Read(drawn, covered, marked)
