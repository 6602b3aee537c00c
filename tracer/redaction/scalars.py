"""Spans of values by their syntax: in quotes, in lines, in a list, in cells of a table."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "COMMENT",
    "LONGEST",
    "LONGEST_LEAD",
    "OPEN_QUOTE",
    "ORDINARY",
    "SPACE",
    "Span",
    "block_items",
    "block_scalar",
    "cells",
    "flow_items",
    "is_key",
    "lines_until",
    "quoted_value",
    "scalar",
    "trimmed",
]

Span = tuple[int, int]

LONGEST = 65_536  # characters of a value
LONGEST_LEAD = 200  # characters of a line before a name

OPEN_QUOTE = re.compile(r"(?:[uUbBrRfF]{1,2}|\$|@)?(?P<token>\\{0,31}[\"'`])(?P<triple>(?:(?P=token)){2})?")
ORDINARY = re.compile(r"[A-Za-z]?[a-z]*(?:[-/'][a-z]+)*[.,;:!?)\]]*|[A-Z]+[.,;:!?)]*|[^\w]*|\d{1,3}[.,;]?")
SPACE = re.compile(r"\s{0,80}")
COMMENT = re.compile(r"[ \t][#;]")
_KEY_END = re.compile(r"[ \t]{0,8}:(?:\s|\Z)")
_ITEM = re.compile(r"(?P<indent>[ \t]*)-[ \t]{1,40}")
_SCALAR = re.compile(r"[^\s,\[\]{}\"'][^,\[\]{}\n\"']{0,4096}")
_BELOW_KEY = re.compile(r"""[^\s:{\[#-]\S*(?<!:)(?:[ \t]+[^\s:]+)?|["'].*""")  # two words are no prose yet
_CELL = re.compile(r"(?P<cell>[^\s|]{1,65536})[ \t]{1,200}\|")
_NEXT_ROW = re.compile(r"[ \t]{0,200}\r?\n[ \t]{0,200}\|[ \t]{1,200}\|[ \t]{1,8}")


def quoted_value(text: str, opening: re.Match[str], name_start: int) -> Span:
    """Return the span of the value between quotes. Without a closing quote, it ends with its line."""
    start = opening.end()
    if opening["triple"]:
        token = opening["token"] * 3
        close = text.find(token, start, start + LONGEST)
        if close >= 0:
            return start, close
        start -= 2 * len(opening["token"])  # an empty string before another string
        return start, start
    token = opening["token"]
    stop = text.find("\n", start, start + LONGEST)
    stop = min(len(text), start + LONGEST) if stop < 0 else stop
    end = _closing(text, start, stop, token)
    if end is None and stop < len(text) and _goes_on(text, stop, name_start):
        end = _closing(text, start, min(len(text), start + LONGEST), token)
    if end is None:
        return start, trimmed(text, start, stop)
    return start, end


def is_key(text: str, opening: re.Match[str], span: Span) -> bool:
    """Return whether the quoted text is a key of YAML: a colon follows."""
    return _KEY_END.match(text, span[1] + len(opening["token"])) is not None


def _goes_on(text: str, line_end: int, name_start: int) -> bool:
    """Return whether the next line that is not blank is indented more than the line of the name."""
    begin = text.rfind("\n", max(0, name_start - LONGEST_LEAD), name_start) + 1
    here = len(text[begin:name_start]) - len(text[begin:name_start].lstrip())
    following = text[line_end + 1 : line_end + 1 + LONGEST_LEAD]
    line = following.lstrip("\r\n \t")
    indent = len(following[: len(following) - len(line)].rpartition("\n")[2])
    return indent > here or line[:1] in ('"', "'")


def _closing(text: str, start: int, stop: int, token: str) -> int | None:
    """Return the start of the closing quote for the quote ``token`` before ``start``; None without one."""
    quote, depth = token[-1], len(token) - 1
    close = text.find(quote, start, stop)
    while close >= 0:
        count = 0
        while count <= close - start - 1 and text[close - 1 - count] == "\\":
            count += 1
        doubled = quote == "'" and not depth and text.startswith("''", close)
        if doubled and not count:
            close = text.find(quote, close + 2, stop)
            continue
        if count < depth or count % (2 * depth + 2) == depth:
            return close - min(count, depth)
        following = text.find(quote, close + 1, stop)
        if following < 0 and quote == "'" and not depth:
            return close  # a backslash is no escape in quotes of YAML and shells
        close = following
    return None


def block_scalar(text: str, start: int, column: int) -> list[Span]:
    """Return the span of a block scalar of YAML: the lines with more indent than its key."""
    line_start, end, first = start, start, -1
    while line_start < len(text) and line_start - start < LONGEST:
        stop = text.find("\n", line_start)
        stop = len(text) if stop < 0 else stop
        line = text[line_start:stop]
        if line.strip():
            indent = len(line) - len(line.lstrip(" "))
            if indent <= column:
                break
            first = line_start + indent if first < 0 else first
            end = line_start + len(line.rstrip())
        line_start = stop + 1
    return [(first, end)] if first >= 0 else []


def lines_until(text: str, start: int, tag: str) -> list[Span]:
    """Return the span of the lines before a line that is only ``tag``, as in a here-document."""
    line_start = start
    while 0 <= line_start < min(len(text), start + LONGEST):
        stop = text.find("\n", line_start)
        if text[line_start : stop if stop >= 0 else len(text)].strip() == tag:
            return [(start, trimmed(text, start, line_start))]
        line_start = stop + 1 if stop >= 0 else -1
    return [(start, trimmed(text, start, min(len(text), start + LONGEST)))]


def block_items(text: str, start: int, column: int) -> Iterator[Span]:
    """Yield the spans of the items of a YAML block sequence, or of a scalar that begins at ``start``."""
    line_start, first = start, True
    while line_start < len(text):
        stop = text.find("\n", line_start)
        stop = len(text) if stop < 0 else stop
        item = _ITEM.match(text, line_start, stop)
        if item and len(item["indent"]) >= column - 2:
            span = scalar(text, item.end(), stop)
            if span is None:
                return
            yield span
        elif first:
            line = text[line_start:stop]
            indent = len(line) - len(line.lstrip(" "))
            if indent > column and _BELOW_KEY.fullmatch(line.strip()):
                span = scalar(text, line_start + indent, stop)
                if span is not None:
                    yield span
            return
        else:
            return
        first = False
        line_start = stop + 1


def scalar(text: str, start: int, stop: int) -> Span | None:
    """Return the span of a scalar item of a block sequence; None if the item is no scalar."""
    opening = OPEN_QUOTE.match(text, start, stop)
    if opening:
        span = quoted_value(text, opening, start)
        return None if is_key(text, opening, span) else span
    if start >= stop or re.match(r"[^\s:]+:(?:\s|$)|[{\[]", text[start:stop]):
        return None
    comment = COMMENT.search(text, start, stop)
    return start, trimmed(text, start, comment.start() if comment else stop)


def flow_items(text: str, start: int) -> Iterator[Span]:
    """Yield the spans of the scalars of a list in brackets."""
    position = start
    while True:
        begin, position = position, SPACE.match(text, position).end()  # type: ignore[union-attr]
        opening = OPEN_QUOTE.match(text, position)
        # Without quotes, the items of a list are in one line.
        scalar = None if opening or "\n" in text[begin:position] else _SCALAR.match(text, position)
        if opening:
            span = quoted_value(text, opening, position)
            position = span[1] + len(opening["token"])
        elif scalar:
            span = scalar.start(), trimmed(text, *scalar.span())
            position = scalar.end()
        else:
            return
        yield span
        position = SPACE.match(text, position).end()  # type: ignore[union-attr]
        if text[position : position + 1] != ",":
            return
        position += 1


def cells(text: str, start: int) -> Iterator[Span]:
    """Yield the spans of the pieces of a table cell: in the row of its name, and in rows without a name."""
    cell = _CELL.match(text, start)
    if cell is None or ORDINARY.fullmatch(cell["cell"]):
        return
    while cell is not None:
        yield cell.span("cell")
        following = _NEXT_ROW.match(text, cell.end())
        cell = _CELL.match(text, following.end()) if following else None


def trimmed(text: str, start: int, end: int) -> int:
    """Return ``end`` without the white space before it."""
    while end > start and text[end - 1] in " \t\r\n":
        end -= 1
    return end
