"""Objects of a text in JSON and YAML: their nesting, and the positions of their scalars.

The search for objects that are secret as a whole uses them: a map of passwords, user data in a template, a
Secret of Kubernetes. The text is read once, line by line, and from brace to brace within a line.

Sources: YAML 1.2, chapters 7 (flow styles) and 8 (block styles); RFC 8259.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from tracer.redaction.scalars import COMMENT, OPEN_QUOTE, Span, block_scalar, quoted_value, trimmed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["BEFORE_VALUE", "Kind", "LocatedScalar", "Object", "Objects", "read_objects", "secrets_in"]

P = TypeVar("P")

_TOKEN = re.compile(
    r""""(?:[^"\\]|\\.)*+(?:"|\\?\Z)|'(?>(?:[^'\\]|''|\\.)*)(?:'|\\?\Z)|[{}\[\],:]"""
    r"""|[^\s{}\[\],:"'](?>(?:[^{}\[\],:\n]|:(?![\s"'{\[,}\]]|\Z))*)""",
    re.DOTALL,
)
_LINE = re.compile(
    # A tag, or the name of a parameter, before the first line of a value is no part of the value.
    r"""(?>(?:<[\w/!][^<>\n]{0,200}+>|[\w.-]{1,60}+=(?=[\w"'{\[]))*)"""
    r"""(?P<indent>[ \t]*+)(?P<dashes>(?>(?:-(?:[ \t]++|(?=\r?\n|\Z)))*))"""
    r"""(?>(?:(?P<key>"(?:[^"\\\n]|\\.){0,200}+"[ \t]{0,8}|'[^'\n]{0,200}'[ \t]{0,8}"""
    r"""|[^\s"'#{}\[\],&*!|>-](?>(?:[^\s:"'{}\[\]]|[ \t]|:(?!\s|\Z)){0,200})):(?=\s|\Z)[ \t]*+)?)"""
    r"""(?>(?:(?:!\S{0,60}|&[\w.-]{1,60})[ \t]++)*)"""
)
_BLOCK = re.compile(r"[|>][-+1-9]{0,2}[ \t]*+(?:#[^\n]*+)?\r?\n")
_INDENT = re.compile(r"(?P<blanks> *+)(?P<sign>[^\s]?)")
_BRACE = re.compile(r"""\{(?=\s{0,80}["'\w])""")
BEFORE_VALUE = r"(?:\W|(?<=\\)n|!\w{1,12}\s){1,40}"
"""An expression for the text between a key and its value, also with a tag or an escaped line end."""

_MOST_READ = 4  # times the length of a text: the limit for reading objects without an end


class Kind(NamedTuple, Generic[P]):
    """A kind of objects, recognised by the value of the field ``key``. All below ``fields`` is secret."""

    key: str
    values: frozenset[str]
    fields: frozenset[str]
    rule: P


class Object(NamedTuple):
    """A map or a list: the number of the enclosing object (-1 for none), and its key there."""

    parent: int
    key: str


class LocatedScalar(NamedTuple):
    """A scalar: the number of the enclosing object, its key there, and its span without quotes."""

    parent: int
    key: str
    span: Span


class Objects(NamedTuple):
    """The objects of a text, each behind its enclosing object, and their scalars."""

    objects: list[Object]
    scalars: list[LocatedScalar]

    def key_of(self, number: int) -> str:
        """Return the key of object ``number``; empty for -1, no object."""
        return self.objects[number].key if number >= 0 else ""


def secrets_in(
    text: str,
    tree: Objects,
    rule_of: Callable[[str], P | None],
    kinds: Iterable[Kind[P]],
    references: frozenset[str],
) -> Iterator[tuple[Span, P]]:
    """Yield the spans of the scalars in secret objects of ``text``, with their rules.

    ``rule_of`` returns the rule for the objects under a key, or None. ``references``: keys with values that
    only refer to something, and are no secrets.
    """
    rules: list[P | None] = []
    kind_by_object = {
        scalar.parent: kind for kind in kinds for scalar in tree.scalars if _names_kind(text, scalar, kind)
    }
    for number, (parent, key) in enumerate(tree.objects):
        kind = kind_by_object.get(parent)
        rule = kind.rule if kind and key in kind.fields else rule_of(key)
        rules.append(None if key in references else rule or (rules[parent] if parent >= 0 else None))
        if kind:
            kind_by_object.setdefault(number, kind)  # as the items of a list of Secrets
    for parent, key, span in tree.scalars:
        rule = rules[parent] if parent >= 0 else None
        if rule is not None and key not in references:
            yield span, rule


def _names_kind(text: str, scalar: LocatedScalar, kind: Kind[P]) -> bool:
    return scalar.key == kind.key and scalar.parent >= 0 and text[slice(*scalar.span)] in kind.values


class _Level:
    """An open block of YAML: the column of its keys, the number of its object, and its latest key."""

    def __init__(self, column: int = -1, number: int = -1, key: str = "") -> None:
        self.column = column
        self.number = number
        self.key = key


def read_objects(text: str) -> Objects:
    """Return the objects of ``text``. Quoted texts and block scalars are scalars."""
    reader = _Reader(text)
    reader.read()
    return Objects(reader.objects, reader.scalars)


class _Reader:
    """A reader of a text, with its objects and scalars so far."""

    def __init__(self, text: str) -> None:
        self.objects: list[Object] = []
        self.scalars: list[LocatedScalar] = []
        self._text = text
        self._levels: list[_Level] = []
        self._budget = _MOST_READ * len(text)
        self._ends: dict[tuple[int, bool], tuple[int, int]] = {}

    def read(self) -> None:
        """Read the text line by line."""
        text, line_start = self._text, 0
        while line_start < len(text):
            line = _LINE.match(text, line_start)
            assert line is not None, "the expression matches nothing too"
            if text.startswith("---", line_start):
                self._levels.clear()
            end = line.end()
            if line["key"] or text[end : end + 1] not in ("", "#", "\r", "\n"):
                end = self._value(end, self._level(line))
            stop = text.find("\n", end)
            line_start = stop + 1 if stop >= 0 else len(text)

    def _level(self, line: re.Match[str]) -> _Level:
        """Return the block of a line. A line without a key continues the value of the block above."""
        levels, column = self._levels, len(line["indent"])
        while levels and levels[-1].column > column:
            levels.pop()
        above = levels[-1] if levels else _Level()
        if line["key"] is None:
            return above if line["dashes"] or above.column < column else _Level()
        own = column + len(line["dashes"])
        if above.column < own:
            self.objects.append(Object(above.number, above.key))
            above = _Level(own, len(self.objects) - 1)
            levels.append(above)
        above.key = line["key"].strip("\"' \t")
        return above

    def _value(self, start: int, level: _Level) -> int:
        """Read the value that begins at ``start``. Return its end, or ``start`` for a block scalar."""
        text = self._text
        block = _BLOCK.match(text, start)
        if block:
            self._add(level.number, level.key, *block_scalar(text, block.end(), level.column))
            return start
        opening = OPEN_QUOTE.match(text, start)
        if opening and opening["token"][-1] != "`":  # no quote of JSON or YAML
            span = quoted_value(text, opening, start)
            self._add(level.number, level.key, span)
            return span[1]
        stop = text.find("\n", start)
        stop = len(text) if stop < 0 else stop
        if text[start : start + 1] not in ("{", "["):
            comment = COMMENT.search(text, start, stop)
            end = trimmed(text, start, comment.start() if comment else stop)
            self._add(level.number, level.key, (start, end))
            brace = _BRACE.search(text, start, stop)
            start = brace.start() if brace else stop
        while start < stop and self._budget > 0:
            end = self._flow(start, level)
            brace = _BRACE.search(text, end, stop) if end < stop else None
            start = brace.start() if brace else max(end, stop)
        return start

    def _flow(self, opening: int, level: _Level) -> int:
        """Read the object at the brace or bracket ``opening``. Return its end, or else the line end."""
        text, key, parent = self._text, level.key, level.number
        outer: list[int] = []
        waiting: Span | None = None  # a key or a scalar
        for token in _TOKEN.finditer(text, opening, self._end_of_text(opening)):
            sign = token[0][0]
            if sign == ":":
                key, waiting = (text[slice(*waiting)], None) if waiting else (key, None)
                continue
            if waiting:
                self._add(parent, key, waiting)
                waiting = None
            if sign in "{[":
                self.objects.append(Object(parent, key))
                outer.append(parent)
                key, parent = "", len(self.objects) - 1
            elif sign in "}]":
                key, parent = "", outer.pop()
                if not outer:
                    return token.end()
            elif sign == ",":
                key = ""
            else:
                waiting = _without_quotes(text, *token.span())
        if waiting:
            self._add(parent, key, waiting)
        self._budget -= len(text) - opening
        stop = text.find("\n", opening)
        return stop if stop >= 0 else len(text)

    def _end_of_text(self, opening: int) -> int:
        """Return the last possible end of the text: before a line with less indent than that of ``opening``.

        In a recording, other texts follow.
        """
        text = self._text
        begin = text.rfind("\n", 0, opening) + 1
        lead = text[begin:opening]
        column, has_key = len(lead) - len(lead.lstrip(" ")), bool(lead.strip(" -"))
        first, end = self._ends.get((column, has_key), (0, 0))
        if not first <= opening < end:
            end = self._dedented(opening, column, has_key=has_key)
            self._ends[column, has_key] = opening, end
        return end

    def _dedented(self, start: int, column: int, *, has_key: bool) -> int:
        """Return the end of the last line before a line with less indent; after a key, also equal indent."""
        line_end = self._text.find("\n", start)
        while line_end >= 0 and column + has_key:
            line = _INDENT.match(self._text, line_end + 1)
            assert line is not None, "the expression matches nothing too"
            indent = len(line["blanks"])
            if line["sign"] and indent < column + (has_key and line["sign"] not in "}]"):
                return line_end
            line_end = self._text.find("\n", line.end())
        return len(self._text)

    def _add(self, parent: int, key: str, *spans: Span) -> None:
        self.scalars += (LocatedScalar(parent, key, span) for span in spans if span[0] < span[1])


def _without_quotes(text: str, start: int, end: int) -> Span:
    quote = text[start]
    if quote not in "\"'":
        return start, trimmed(text, start, end)
    return start + 1, end - (end - start > 1 and text[end - 1] == quote)
