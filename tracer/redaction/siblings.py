"""Fields of one object in JSON, YAML, and XML: one field contains a name, another its value.

``{"name": "db_password", "value": …}``, ``output_key`` and ``output_value`` of Heat, JSON Patch (RFC 6902),
``<property name="password" value="…"/>``, parts of a form (RFC 7578). Documents are not parsed as a whole:
the text is read from the name in both directions, up to the ends of its object.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from tracer.redaction.names import normal_form
from tracer.redaction.values import SEPARATOR, Span, element, quoted, read

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "Field",
    "fields_around",
    "fields_below",
    "is_object_behind",
    "named_by",
    "tag_values",
]

_FARTHEST = 4096  # characters from a field to the beginning of its object
_LONGEST = 16_384  # characters of an object
_MOST_TOKENS = 400  # of an object
_MOST_BELOW = 60  # tokens of an object that is the value of a name
_MOST_FIELDS = 30  # lines of an object on each side of a name
_MOST_BRACES = 64

# Each pattern runs on reversed text, anchored at the name.
_NAMED_BY = re.compile(
    r"""(?:~[\w.-]{0,60})?(?:[ ][\w-]{1,30}){0,3}(?:/[\w~.-]{0,60}){0,9}(?:["']\\{0,31})?"""
    r"""\s{0,8}(?P<sign>[:=])[ \t]{0,8}"""
    r"""(?:["']\\{0,31})?(?P<key>[\w.-]{1,60})"""
)
_TOKEN = re.compile(
    r""""(?:[^"\\\n]|\\[^\n])*+"|'(?:[^'\\\n]|\\[^\n])*+'|[{}\[\]]"""
    r"|(?<![\w.-])[A-Za-z_][\w.-]{0,60}(?=[ \t]{0,8}[:=])"
)
_MAP_BELOW = re.compile(
    r"""\\*["']?\s{0,8}(?:(?P<brace>(?:[:=]>?)?\s{0,80}\{)"""
    r"|[:=][ \t]{0,8}(?:[#][^\n]{0,200})?\r?\n(?:[ \t]*\r?\n){0,3}"
    r"|(?P<tag>>)\s{0,80}<(?P<key>[\w:.-]{1,60}))"
)
_PROPERTIES = r"(?:[!&][^\s,\[\]{}]{0,60}[ \t]{0,8}){0,2}"  # YAML 1.2, section 6.9: a tag, an anchor
_OBJECT_BEHIND = re.compile(
    rf"""\\*["']?\s{{0,8}}(?:(?:[:=]>?)?\s{{0,80}}{_PROPERTIES}[\[{{]"""
    rf"|[:=][ \t]{{0,8}}{_PROPERTIES}(?:[#][^\n]{{0,200}})?\r?\n|>\s{{0,80}}<[\w:.-])"
)
_KEY_LINE = re.compile(
    r"""(?P<lead>[ \t]*(?:-[ \t]+)*)(?P<quote>["']?)(?P<key>[\w./-]{1,80})(?P=quote)[ \t]*:(?=\s|\Z)"""
)
_ATTRIBUTE = re.compile(r"""(?<![\w.-])(?P<key>[\w.:-]{1,60})(?P<rest>\s{0,8}=\s{0,8})(?=\\*["'])""")
_NEXT_ELEMENT = re.compile(r"\s{0,80}</[\w:.-]{1,60}>\s{0,80}<(?P<key>[\w:.-]{1,60})")
_PART = re.compile(
    r'"[^\r\n]{0,200}\r?\n(?:[ \t]{0,80}[^\s][^\r\n]{0,200}\r?\n){0,5}'
    r"[ \t]{0,80}\r?\n[ \t]{0,80}(?P<value>[^\r\n]{1,65536})"
)


class Field(NamedTuple):
    """A field of an object: its key, the spans of its values, and its start."""

    key: str
    spans: list[Span]
    start: int = -1


def named_by(text: str, start: int) -> tuple[str, str] | None:
    """Return the key, in snake_case, of the value at ``start``, and the sign behind the key."""
    near = text[max(0, start - 60) : start]
    if ":" not in near and "=" not in near:
        return None
    match = _NAMED_BY.match(text[max(0, start - 400) : start][::-1])
    return (normal_form(match["key"][::-1]), match["sign"]) if match else None


def fields_around(text: str, start: int) -> tuple[int, Iterator[Field]]:
    """Return the start of the object around ``start``, and its fields without those of inner objects."""
    opening = _opening(text, start)
    line = _KEY_LINE.match(text, text.rfind("\n", max(0, start - _FARTHEST), start) + 1)
    if opening >= 0 and not (
        line and line.end() > opening and line.end() <= start and opening < line.start()
    ):
        return opening, _flow_fields(text, opening)
    if line is None:
        return -1, iter(())
    first = _first_line(text, line)
    return first, _block_fields(text, first, line.start("quote") - line.start())


def fields_below(text: str, start: int, end: int) -> Iterator[Field]:
    """Yield the fields of the object that is the value of the name from ``start`` up to ``end``."""
    opening = _MAP_BELOW.match(text, end)
    if opening is None:
        return
    if opening["brace"]:
        yield from _flow_fields(text, opening.end() - 1, _MOST_BELOW)
    elif opening["tag"]:
        if text[text.rfind("<", max(0, start - 90), start) + 1] == "/":
            return
        yield Field(normal_form(opening["key"].rpartition(":")[2]), element(text, opening.end()))
    else:
        own = _KEY_LINE.match(text, text.rfind("\n", max(0, start - 200), start) + 1)
        first = _KEY_LINE.match(text, opening.end())
        if own and first and own.end() <= opening.end():
            column = first.start("quote") - first.start()
            if column > own.start("quote") - own.start():
                yield from _block_fields(text, first.start(), column)


def is_object_behind(text: str, end: int) -> bool:
    """Return whether the value of the name that ends at ``end`` may be an object, or a list of objects."""
    return _OBJECT_BEHIND.match(text, end) is not None


def tag_values(text: str, start: int, end: int, keys: frozenset[str]) -> list[Span]:
    """Return the spans of the values of the XML tag, or of the part of a form, with its name at ``start``."""
    lead = text[max(0, start - 200) : start]
    if "form-data" in lead.rpartition("\n")[2]:
        part = _PART.match(text, end)
        return [part.span("value")] if part else []
    opening = text.rfind("<", max(0, start - 500), start)
    if opening < 0:
        return []
    closing = text.find(">", start, start + 2000)
    inside = text.find(">", opening, start) < 0
    if inside and closing >= 0:
        for attribute in _ATTRIBUTE.finditer(text, opening, closing):
            if normal_form(attribute["key"]) in keys:
                span = quoted(text, attribute.end(), attribute.start())
                return [span] if span else []
        return [] if text[closing - 1] == "/" else element(text, closing)
    following = _NEXT_ELEMENT.match(text, end)
    if following and normal_form(following["key"]) in keys:
        return element(text, following.end())
    return []


def _opening(text: str, start: int) -> int:
    """Return the position of the brace that opens the object around ``start``; -1 if none is near."""
    limit = max(0, start - _FARTHEST)
    position, depth = start, 0
    for _ in range(_MOST_BRACES):
        begin, end = text.rfind("{", limit, position), text.rfind("}", limit, position)
        if begin < 0 and end < 0:
            return -1
        position = max(begin, end)
        depth += 1 if end > begin else -1
        if depth < 0:
            return position
    return -1


def _flow_fields(text: str, opening: int, most: int = _MOST_TOKENS) -> Iterator[Field]:
    """Yield the fields of an object in braces."""
    depth = 1
    tokens = _TOKEN.finditer(text, opening + 1, min(len(text), opening + _LONGEST))
    for token in islice(tokens, most):
        piece = token[0]
        if piece in "{[":
            depth += 1
        elif piece in "}]":
            depth -= 1
            if not depth:
                return
        elif depth == 1:
            separator = SEPARATOR.match(text, token.end())
            if separator and (separator["colon"] is not None or separator["equals"]):
                is_quoted = piece[0] in "\"'"
                key = piece[1:-1] if is_quoted else piece
                spans = read(text, token.start(), separator, quoted=is_quoted)
                yield Field(normal_form(key), spans, token.start() + is_quoted)


def _first_line(text: str, line: re.Match[str]) -> int:
    """Return the start of the block mapping that contains ``line``."""
    column = line.start("quote") - line.start()
    first = begin = line.start()
    for _ in range(_MOST_FIELDS):
        if begin <= 0 or text[begin : begin + column].strip(" \t"):
            break  # the first line of an item has its dash
        begin = text.rfind("\n", 0, begin - 1) + 1
        above = text[begin : text.find("\n", begin)]
        if not above.strip():
            continue
        if len(above) - len(above.lstrip(" \t-")) < column or above[column:].startswith(f"{line['key']}:"):
            break
        first = begin
    return first


def _block_fields(text: str, first: int, column: int) -> Iterator[Field]:
    """Yield the fields of a YAML block mapping with its keys in ``column``."""
    begin, seen = first, set[str]()
    for count in range(2 * _MOST_FIELDS):
        line = _KEY_LINE.match(text, begin)
        stop = text.find("\n", begin)
        bare = text[begin : stop if stop >= 0 else len(text)]
        indent = len(bare) - len(bare.lstrip(" \t"))
        if bare.strip() and count and indent < column:
            return
        if line and line.start("quote") - begin == column:
            separator = SEPARATOR.match(text, line.end() - 1)
            if line["key"] in seen:
                return  # another object
            seen.add(line["key"])
            if separator:
                spans = read(text, line.start("quote"), separator, quoted=False)
                yield Field(normal_form(line["key"]), spans, line.start("key"))
        if stop < 0:
            return
        begin = stop + 1
