"""Rewriting of JSON text token by token, without a loss.

A parser that builds objects drops duplicate keys, rounds huge numbers, refuses ``NaN`` and fails on deep
nesting. A recording must show the document on the wire. Therefore this module splits the text into tokens
(RFC 8259, with the ``NaN`` and ``Infinity`` that Python services send) and joins them with other white space.
"""

from __future__ import annotations

import contextlib
import json
import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import Generic, NamedTuple, TypeVar

import msgspec

__all__ = [
    "Path",
    "Replace",
    "Scalar",
    "Scalars",
    "dump",
    "may_be_json",
    "rewrite",
    "rewrite_from",
    "rewrite_torn",
    "string",
]

_INVISIBLE = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}

Path = tuple[str | int, ...]
"""The path of a value: the keys and indexes that lead to it."""

Replace = Callable[[Path, str], str | None]
"""Takes a scalar's path and literal (a string with its quotes), returns a new literal or None to keep it."""

S = TypeVar("S")

_BOM = "\ufeff"
_INDENT = 2
_DEEPEST_INDENT = 64  # deeper levels stay on one line, else n levels would cost n² spaces

_MOST_STATES = 100_000  # levels in text that is not quite JSON

_TOO_DEEP = "\n" + " " * (_INDENT * _DEEPEST_INDENT + 1)

_WS = r"[ \t\n\r]*+"
_STRING = r'"[^"\\\x00-\x1f]*+(?>(?:\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})[^"\\\x00-\x1f]*+)*)"'
_ATOM = r"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?|true|false|null|NaN|-?Infinity"
_VALUE = rf"({_STRING}|{_ATOM}|\[{_WS}\]|\{{{_WS}\}}|[\[{{]){_WS}(,?)"
_ITEM = re.compile(rf"{_WS}(){_VALUE}")
_MEMBER = re.compile(rf"{_WS}({_STRING}){_WS}:{_WS}{_VALUE}")
_CLOSE = re.compile(rf"{_WS}()([\]}}]){_WS}(,?)")

# Each alternative begins with another character. At ``\Z``, the text is cut off.
_TEXT = r""""(?:[^"\\]|\\.)*+(?:"|\\?\Z)|'(?:[^'\\\n]|\\.)*+(?:'|(?=\n)|\\?\Z)"""
_LOOSE = re.compile(
    rf"(?P<key>{_TEXT}|[A-Za-z_][\w-]*+)(?P<colon>\s*+:)?|-?[0-9][0-9.eE+-]*+|-Infinity|[\[\]{{}},]",
    re.DOTALL,
)

_INSIDE = {"{": _MEMBER, "[": _ITEM}
_CLOSER = {"{": "}", "[": "]"}


def dump(value: object) -> str:
    """Return a value as a JSON document that is safe to print: invisible characters are escaped.

    These are controls that a terminal may take for a command (C0 and C1), controls that hide or reorder text
    (zero-width and bidirectional), line separators of Unicode, and lone surrogates, which stand for bytes in
    file names that are not text.
    """
    text = json.dumps(msgspec.to_builtins(value, str_keys=True), indent=_INDENT, ensure_ascii=False)
    lines = (line if line.isprintable() else "".join(map(_visible, line)) for line in text.split("\n"))
    return "\n".join(lines) + "\n"


def _visible(character: str) -> str:
    if unicodedata.category(character) not in _INVISIBLE:
        return character
    return json.dumps(character)[1:-1] if character != "\x7f" else "\\u007f"


def may_be_json(text: str) -> bool:
    """Return whether ``text`` begins like a JSON object or array."""
    return text.lstrip("\ufeff \t\r\n")[:1] in {"{", "["}


def rewrite(text: str, replace: Replace | None = None, *, indent: int | None = 2) -> str:
    """Return the same JSON document with the white space of ``json.dumps(…, indent=indent)``.

    Every literal stays as it was sent, unless ``replace`` returns a new one. Levels deeper than 64 stay on
    one line. Raises ``ValueError`` if ``text`` is not JSON.
    """
    if replace is None and indent == _INDENT:
        # msgspec is fifty times as fast, but it refuses some documents and indents deeper levels, too.
        with contextlib.suppress(msgspec.DecodeError, RecursionError, UnicodeEncodeError):
            laid_out = msgspec.json.format(text, indent=_INDENT)
            if _TOO_DEEP not in laid_out:
                return laid_out
    root: Path = ()
    return rewrite_from(text, root, _step, replace, indent=indent)


def rewrite_from(
    text: str,
    root: S,
    enter: Callable[[S, str | int], S],
    replace: Callable[[S, str], str | None] | None,
    *,
    rename: Callable[[str], str] | None = None,
    indent: int | None = 2,
    verbatim: bool = False,
) -> str:
    """Rewrite a document as ``rewrite`` does, with states of the caller instead of paths.

    ``root`` is the state of the document. ``enter(state, key or index)`` returns the state of a value in it.
    ``replace(state, literal)`` returns the new literal of a scalar, or None to keep it. ``rename`` takes the
    literal of a key and returns the new one. With ``verbatim``, the white space stays as it was sent.

    A byte order mark before the document is not part of it (RFC 8259, section 8.1) and is removed, except
    with ``verbatim``. Raises ``ValueError`` if ``text`` is not JSON.
    """
    if text.startswith(_BOM) and not text.startswith(_BOM, 1):
        bare = rewrite_from(text[1:], root, enter, replace, rename=rename, indent=indent, verbatim=verbatim)
        return _BOM + bare if verbatim else bare
    layout = _Layout(text, indent, verbatim=verbatim)
    states: list[S] = []
    indexes: list[int] = []
    for key, value, start, end in _tokens(text):
        if value in ("]", "}"):
            if replace is not None:
                states.pop()
                indexes.pop()
            layout.close(value)
            continue
        name = key if rename is None or not key else rename(key)
        if replace is None:
            layout.add(key, name, value, value, start, end)
            continue
        state = root
        if states:
            state = enter(states[-1], _decoded(key) if key else indexes[-1])
            indexes[-1] += 1
        new = None
        if value in ("[", "{"):
            states.append(state)
            indexes.append(0)
        elif value not in ("[]", "{}"):
            new = replace(state, value)
        layout.add(key, name, value, value if new is None else new, start, end)
    return layout.text(text)


def rewrite_torn(
    text: str,
    root: S,
    enter: Callable[[S, str | int], S],
    replace: Callable[[S, str], str | None],
) -> str:
    """Replace scalars as ``rewrite_from`` with ``verbatim`` does, but in text that is not quite JSON.

    ``Scalars`` describes such text. For a string that is cut off, ``replace`` gets and returns a literal with
    the missing quote; the quote is not added to the text.
    """
    out: list[str] = []
    done = 0
    for scalar in Scalars(root, enter).feed(text):
        new = replace(scalar.state, scalar.literal)
        if new is not None and new != scalar.literal:
            out += (text[done : scalar.start], new[:-1] if scalar.is_cut else new)
            done = scalar.end
    return "".join([*out, text[done:]])


class Scalar(NamedTuple, Generic[S]):
    """A scalar: the state of its location, its literal, and its start and end in the text.

    If ``is_cut``, the text does not contain the last quote of the literal.
    """

    state: S
    literal: str
    start: int
    end: int
    is_cut: bool


class Scalars(Generic[S]):
    """The scalars of text that is JSON or nearly JSON, fed in pieces of whole lines.

    The text may be cut off anywhere, may contain several documents, and may have commas, quotes and brackets
    in wrong positions. The literal of a string may have single quotes. The literal of a string that is cut
    off includes the missing quote. ``root`` and ``enter`` are as in ``rewrite_from``.
    """

    def __init__(self, root: S, enter: Callable[[S, str | int], S]) -> None:
        self._root = root
        self._enter = enter
        self._states: list[S] = []
        self._names: list[str | int] = [""]
        self._unknown = 0  # open levels beyond the limit

    def feed(self, text: str) -> Iterator[Scalar[S]]:
        """Yield the scalars of the next piece."""
        names = self._names
        for match in _LOOSE.finditer(text):
            piece = match[0]
            if piece in "[{":
                self._open(piece)
            elif piece in "]}":
                self._close()
            elif piece == ",":
                name = names[-1]
                names[-1] = name + 1 if isinstance(name, int) else ""
            elif match["colon"]:
                names[-1] = string(match["key"]) if match["key"][0] in "\"'" else match["key"]
            else:
                cut = piece[0] in "\"'" and (len(piece) == 1 or piece[-1] != piece[0])
                literal = f"{piece.rstrip(chr(92))}{piece[0]}" if cut else piece
                yield Scalar(self._entered(), literal, *match.span(), cut)

    def _open(self, bracket: str) -> None:
        if len(self._states) >= _MOST_STATES:
            self._unknown += 1
            return
        self._states.append(self._entered())
        self._names.append(0 if bracket == "[" else "")

    def _close(self) -> None:
        if self._unknown:
            self._unknown -= 1
        elif self._states:
            self._states.pop()
            self._names.pop()

    def _entered(self) -> S:
        name = self._names[-1]
        if self._states:
            return self._enter(self._states[-1], name)
        return self._enter(self._root, name) if name else self._root


def string(literal: str) -> str:
    """Return the text of a literal, which is a JSON string or nearly one."""
    try:
        return _decoded(literal)
    except ValueError:
        return literal[1:-1]


class _Layout:
    """The output: a new layout, or with ``verbatim`` the text as it was sent with replaced parts."""

    def __init__(self, text: str, indent: int | None, *, verbatim: bool) -> None:
        self._source = text
        self._verbatim = verbatim
        self._done = 0
        self._out: list[str] = []
        self._depth = 0
        self._first = True
        levels = 0 if indent is None else _DEEPEST_INDENT
        self._levels = levels
        self._breaks = ["\n" + " " * ((indent or 0) * level) for level in range(levels + 1)]

    def add(self, key: str, name: str, value: str, new: str, start: int, end: int) -> None:
        """Add a scalar, an empty container or the opening bracket of a container."""
        if self._verbatim:
            if name is not key:
                key_start = self._source.rindex(key, self._done, start)
                self._put(key_start, key_start + len(key), name)
            if new is not value:
                self._put(start, end, new)
            return
        out, depth = self._out, self._depth
        if depth:
            if depth <= self._levels:
                out.append(self._breaks[depth] if self._first else "," + self._breaks[depth])
            elif not self._first:
                out.append(", ")
        if key:
            out.append(name)
            out.append(": ")
        out.append(new)
        if new in ("[", "{"):
            self._depth = depth + 1
            self._first = True
        else:
            self._first = False

    def close(self, bracket: str) -> None:
        """Add the closing bracket of a container that is not empty."""
        if self._verbatim:
            return
        if self._depth <= self._levels:
            self._out.append(self._breaks[self._depth - 1])
        self._depth -= 1
        self._first = False
        self._out.append(bracket)

    def text(self, source: str) -> str:
        if self._verbatim:
            self._out.append(source[self._done :])
        return "".join(self._out)

    def _put(self, start: int, end: int, new: str) -> None:
        self._out.append(self._source[self._done : start])
        self._out.append(new)
        self._done = end


def _tokens(text: str) -> Iterator[tuple[str, str, int, int]]:
    """Yield a key's literal ("" outside objects), the value's literal or bracket, and its start and end."""
    openers: list[str] = []
    pattern = _ITEM
    position = 0
    while (match := pattern.match(text, position)) is not None:
        position = match.end()
        key, value, comma = match.groups()
        start, end = match.span(2)
        if pattern is _CLOSE:
            if _CLOSER[openers.pop()] != value:
                break
        elif value[0] in "[{":
            if value in ("[", "{"):
                openers.append(value)
                if comma:
                    break
                yield key, value, start, end
                pattern = _INSIDE[value]
                continue
            value = "[]" if value[0] == "[" else "{}"
        yield key, value, start, end
        if not openers:
            if comma or position != len(text):
                break
            return
        pattern = _INSIDE[openers[-1]] if comma else _CLOSE
    line = text.count("\n", 0, position) + 1
    raise ValueError(f"not JSON: line {line}, column {position - text.rfind(chr(10), 0, position)}")


def _decoded(literal: str) -> str:
    return str(json.loads(literal)) if "\\" in literal else literal[1:-1]


def _step(path: Path, step: str | int) -> Path:
    return (*path, step)
