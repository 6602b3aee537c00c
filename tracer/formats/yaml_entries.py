"""Edits of single entries of mappings in a YAML text. All other characters of the text stay."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from tracer.formats import yaml_text
from tracer.formats.yaml_text import Flow

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from collections.abc import Mapping as Values

__all__ = ["Edit", "MappingSpan", "YamlEntry", "apply_edits", "edits", "mapping_spans"]

_BREAK = "(?:\r\n|[\n\r\x85\u2028\u2029])"
_REST_OF_LINE = re.compile(rf"[ \t]*{_BREAK}")
_INDENT = re.compile(r"[ \t]*")
_COMMA = re.compile(r"\s*,\s*")
_LINE_START = re.compile(rf"(?:{_BREAK}|\A)([^\n\r\x85\u2028\u2029]*)\Z")
_LONGEST_INDENT = 400  # characters; the nesting of a text that tracer reads has a limit, too
_BYTE_ORDER_MARK = "\ufeff"
_LIST_DEPTH = 2  # the outermost mapping, and the list in it


class YamlEntry(NamedTuple):
    """A key with its value: the characters from ``start`` to ``end`` of the text."""

    key: str
    start: int
    end: int


class MappingSpan(NamedTuple):
    """The entries of a mapping, in the order of the text. ``flow`` is true for ``{a: 1}``."""

    flow: bool
    entries: list[YamlEntry]


class Edit(NamedTuple):
    """The replacement of the characters from ``start`` to ``end`` by ``text``."""

    start: int
    end: int
    text: str


def mapping_spans(text: str, key: str) -> list[MappingSpan]:
    """Return the outermost mapping of ``text``, then each mapping in the list at its ``key``.

    ``text`` is a YAML document that ``yaml_text.load`` accepts.
    """
    offset = len(_BYTE_ORDER_MARK) if text.startswith(_BYTE_ORDER_MARK) else 0
    spans: list[MappingSpan] = []
    open_collections: list[_Collection] = []
    end = 0
    event: Any
    for event in yaml_text.events(text[offset:]):
        start, after = event.start_mark.index + offset, event.end_mark.index + offset
        parent = open_collections[-1] if open_collections else None
        if isinstance(event, yaml.CollectionStartEvent):
            collection = _Collection(event)
            if collection.entries is not None and _is_wanted(open_collections, key):
                spans.append(MappingSpan(collection.flow, collection.entries))
            open_collections.append(collection)
        elif isinstance(event, yaml.CollectionEndEvent):
            if open_collections.pop().flow:
                end = after
            if open_collections:
                open_collections[-1].close_value(end)
        elif isinstance(event, yaml.ScalarEvent):
            end = after
            if parent is not None and not parent.open_key(event.value, start):
                parent.close_value(start + len(text[start:end].rstrip()))
    return spans


def edits(text: str, mapping: MappingSpan, values: Values[str, Any], order: Sequence[str]) -> Iterator[Edit]:
    """Yield the edits that give the entries ``values`` to ``mapping``. None removes an entry.

    ``order`` has the order of all keys. A new entry comes before the first key that follows it in this order.
    """
    removed = {key for key, value in values.items() if value is None}
    positions = {entry.key: index for index, entry in enumerate(mapping.entries)}
    for key, value in values.items():
        index = positions.get(key)
        if index is not None:
            entry = mapping.entries[index]
            yield (
                _removal(text, mapping, index)
                if value is None
                else Edit(entry.start, entry.end, _entry_text(key, value, mapping.flow))
            )
        elif value is not None:
            later = {*order[order.index(key) + 1 :]} - removed
            follower = next(entry for entry in mapping.entries if entry.key in later)
            separator = ", " if mapping.flow else _separator(text, follower.start)
            yield Edit(follower.start, follower.start, _entry_text(key, value, mapping.flow) + separator)


def apply_edits(text: str, all_edits: Iterable[Edit]) -> str:
    """Return ``text`` with all edits. Only removals may overlap."""
    parts: list[str] = []
    position = 0
    for edit in sorted(all_edits, key=lambda edit: (edit.start, edit.end)):
        parts += text[position : edit.start], edit.text
        position = max(position, edit.end)
    return "".join([*parts, text[position:]])


class _Collection:
    """A mapping or a list whose end has not been read. ``entries`` is None for a list."""

    def __init__(self, event: yaml.CollectionStartEvent) -> None:
        self.flow = bool(event.flow_style)
        self.entries: list[YamlEntry] | None = [] if isinstance(event, yaml.MappingStartEvent) else None
        self.key: tuple[str, int] | None = None

    def open_key(self, key: str, start: int) -> bool:
        """Take a scalar as the next key. Return whether it is a key."""
        if self.entries is None or self.key is not None:
            return False
        self.key = key, start
        return True

    def close_value(self, end: int) -> None:
        """Complete the current entry."""
        if self.entries is not None and self.key is not None:
            self.entries.append(YamlEntry(*self.key, end))
            self.key = None


def _is_wanted(open_collections: Sequence[_Collection], key: str) -> bool:
    if not open_collections:
        return True
    outermost, *rest = open_collections
    in_list = len(open_collections) == _LIST_DEPTH and rest[0].entries is None
    return in_list and outermost.key is not None and outermost.key[0] == key


def _entry_text(key: str, value: Any, flow: bool) -> str:
    if flow:  # JSON is YAML, and a file of JSON stays JSON
        return f"{json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}"
    return yaml_text.dump({key: Flow(value) if isinstance(value, list) else value}).rstrip("\n")


def _removal(text: str, mapping: MappingSpan, index: int) -> Edit:
    entry = mapping.entries[index]
    is_last = index + 1 == len(mapping.entries)
    if mapping.flow:
        if is_last and index:
            return Edit(mapping.entries[index - 1].end, entry.end, "")
        comma = _COMMA.match(text, entry.end)
        return Edit(entry.start, comma.end() if comma else entry.end, "")
    rest = _REST_OF_LINE.match(text, entry.end)
    if not rest:  # a comment, which stays
        return Edit(entry.start, entry.end, "")
    line_before = _line_before(text, entry.start)
    if is_last or not line_before.strip():
        return Edit(entry.start - len(line_before), rest.end(), "")
    indent = _INDENT.match(text, rest.end())
    return Edit(entry.start, indent.end() if indent else rest.end(), "")


def _separator(text: str, start: int) -> str:
    """Return the line break and the indentation between a new entry and the entry at ``start``."""
    line_break = re.search(_BREAK, text)
    return (line_break[0] if line_break else "\n") + re.sub(r"\S", " ", _line_before(text, start))


def _line_before(text: str, start: int) -> str:
    match = _LINE_START.search(text[max(0, start - _LONGEST_INDENT) : start].removeprefix(_BYTE_ORDER_MARK))
    return match[1] if match else ""
