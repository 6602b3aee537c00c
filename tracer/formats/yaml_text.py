"""YAML text to plain values and back.

Reading refuses tags and aliases, as a few lines of aliases can stand for gigabytes. Times stay text, so a
value is read as it was written. Writing puts text of several lines into literal blocks, and a ``Flow`` on
one line.

libyaml parses and emits. This module builds values from libyaml's events. PyYAML builds them from nodes,
which takes ten times as long.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol, TextIO

import yaml

from tracer.errors import InputError

__all__ = ["Flow", "dump", "dump_pieces", "events", "is_text", "load"]

MAX_NESTING = 100
_IN_LIST = 2  # collections around a list in the outermost mapping: that mapping, and ``root``
_MOST_PLAIN = 4096  # texts with a cached value

_PREFIX = "tag:yaml.org,2002:"
_TEXT = _PREFIX + "str"
_LITERAL = re.compile(r"[^\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]*\Z")
_TRAILING_SPACE = re.compile(r" (?:\n|\Z)")


class Readable(Protocol):
    """A source of text, such as an open file."""

    def read(self, size: int = ..., /) -> str:
        """Return the next piece of the text, empty at the end."""


class Flow:
    """A dict or list to write on one line, ``{a: 1}`` or ``[7, 8]``."""

    __slots__ = ("value",)

    def __init__(self, value: dict[str, Any] | list[Any]) -> None:
        self.value = value


def load(text: str | TextIO, source: str, finish: Mapping[str, Callable[[Any], Any]] | None = None) -> object:
    """Return the plain value (dict, list, str, int, float, bool, None) of one YAML document.

    ``text`` may be an open file, which is read in pieces. ``finish`` has functions by key of the outermost
    mapping: each mapping in the list at that key is replaced by the result of the function as soon as it has
    been read.

    Raises InputError with ``source`` and the line if the text is not one YAML document, and
    UnicodeDecodeError if the open file does.
    """
    try:
        return _value(text, source, finish or {})
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        location = f"line {mark.line + 1}" if mark else ""
        raise InputError(source, f"not YAML: {error.problem or error.context}", location) from None
    except yaml.YAMLError as error:
        raise InputError(source, f"not YAML: {' '.join(str(error).split())}") from None
    except UnicodeDecodeError:
        raise
    except ValueError as error:
        raise InputError(source, f"not YAML: {error}") from None


def dump(value: object) -> str:
    """Return ``value`` as one YAML document with block collections. Keys keep their order."""
    return "".join(dump_pieces(value))


def dump_pieces(value: object) -> Iterator[str]:
    """Yield the text of ``dump`` in pieces of whole lines.

    An iterator stands for a list. Its next item is taken when the items before have been written.
    """
    written = io.StringIO()
    dumper = yaml.CSafeDumper(written, allow_unicode=True, width=2**30)
    rest = ""
    try:
        for event in _document(value):
            dumper.emit(event)
            if written.tell():  # libyaml writes 16 KiB at a time, up to the middle of a line
                text = rest + written.getvalue()
                end = text.rfind("\n") + 1
                if end:
                    yield text[:end]
                rest = text[end:]
                written.seek(0)
                written.truncate()
    finally:
        dumper.dispose()


def events(text: str | Readable) -> Iterator[Any]:
    """Yield libyaml's events of a text. Raises ``yaml.YAMLError`` at the first fault in the YAML."""
    loader = yaml.CSafeLoader(text)
    try:
        yield from iter(loader.get_event, None)
    finally:
        loader.dispose()


def is_text(text: str) -> bool:
    """Return whether ``text`` without quotes is read as text, not as a number or another type."""
    return _resolved(text) == _TEXT


def _value(text: str | TextIO, source: str, finish: Mapping[str, Callable[[Any], Any]]) -> object:
    """Return the value of the only document in ``text``, built from libyaml's events."""
    root: list[Any] = []
    holder: Any = root
    key: Any = None
    outer: list[tuple[Any, Any]] = []  # the collections around the current one, each with its current key
    plain: dict[str, object] = {}
    for event in events(text):
        kind = type(event)
        if kind is yaml.ScalarEvent:
            value: Any = _scalar(event, source, plain)
        elif kind in _OPENING:
            value = _OPENING[kind]()
            _check_collection(event, len(outer), source)
        elif kind in _CLOSING:
            holder, key = outer.pop()
            _finish(root, holder, len(outer), finish)
            continue
        elif kind is yaml.AliasEvent:
            raise InputError(source, "an alias (*) is not accepted", _line(event))
        elif kind is yaml.DocumentStartEvent and root:
            raise InputError(source, "not YAML: expected a single document", _line(event))
        else:
            continue
        if type(holder) is list:
            holder.append(value)
        elif key is not _NO_KEY:
            holder[key], key = value, _NO_KEY
        else:
            _check_key(event, value, holder, source)
            key = value
        if kind in _OPENING:
            outer.append((holder, key))
            holder, key = value, _NO_KEY
    return root[0] if root else None


def _finish(root: list[Any], holder: Any, depth: int, finish: Mapping[str, Callable[[Any], Any]]) -> None:
    """Apply ``finish`` to the last item of ``holder`` if it is a mapping in a list of the outermost mapping.

    ``depth`` is the number of collections around ``holder``.
    """
    if depth == _IN_LIST and type(holder) is list and type(root[0]) is dict and type(holder[-1]) is dict:
        finishers = [finisher for key, finisher in finish.items() if root[0].get(key) is holder]
        for finisher in finishers:
            holder[-1] = finisher(holder[-1])


def _check_collection(event: Any, depth: int, source: str) -> None:
    if depth >= MAX_NESTING:
        raise InputError(source, f"nested deeper than {MAX_NESTING} levels", _line(event))
    if event.tag:
        raise _refused_tag(event, source)


def _check_key(event: Any, key: Any, holder: dict[Any, Any], source: str) -> None:
    if type(event) is not yaml.ScalarEvent:
        raise InputError(source, "not YAML: a list or a mapping as a key", _line(event))
    if key in holder:
        raise InputError(source, f"not YAML: the key {key!r} stands twice", _line(event))


def _scalar(event: yaml.ScalarEvent, source: str, plain: dict[str, object]) -> object:
    if event.tag:
        raise _refused_tag(event, source)
    text: str = event.value
    if not event.implicit[0]:
        return text
    if text in plain:
        # Texts of a recording often recur, so each is resolved and stored once.
        return plain[text]
    read = _READ.get(_resolved(text))
    value = text if read is None else read(yaml.ScalarNode("", text))
    if len(plain) < _MOST_PLAIN:
        plain[text] = value
    return value


def _resolved(text: str) -> str:
    """Return the tag of a text without quotes."""
    for tag, pattern in _RESOLVERS.get(text[:1], ()):
        if pattern.match(text):
            return str(tag)
    return _TEXT


def _document(value: object) -> Iterator[yaml.Event]:
    """Yield libyaml's events for a document that holds ``value``."""
    yield yaml.StreamStartEvent()
    yield yaml.DocumentStartEvent(explicit=False)
    yield from _events(value, False)
    yield yaml.DocumentEndEvent(explicit=False)
    yield yaml.StreamEndEvent()


def _events(value: object, flow: bool) -> Iterator[yaml.Event]:
    """Yield libyaml's events for ``value``."""
    if isinstance(value, str):
        literal = "\n" in value and _LITERAL.match(value) and not _TRAILING_SPACE.search(value)
        plain = is_text(value)
        yield yaml.ScalarEvent(None, None, (plain, True), value, style="|" if literal else None)
    elif isinstance(value, dict):
        yield yaml.MappingStartEvent(None, None, True, flow_style=flow)
        for key, inner in value.items():
            yield from _events(key, flow)
            yield from _events(inner, flow)
        yield yaml.MappingEndEvent()
    elif isinstance(value, (list, Iterator)):
        yield yaml.SequenceStartEvent(None, None, True, flow_style=flow)
        for inner in value:
            yield from _events(inner, flow)
        yield yaml.SequenceEndEvent()
    elif isinstance(value, Flow):
        yield from _events(value.value, True)
    else:
        text = _REPRESENTER.represent_data(value).value
        yield yaml.ScalarEvent(None, None, (True, False), text)


def _refused_tag(event: Any, source: str) -> InputError:
    return InputError(source, f"a tag ({event.tag.removeprefix(_PREFIX)}) is not accepted", _line(event))


def _line(event: yaml.Event) -> str:
    return f"line {event.start_mark.line + 1}" if event.start_mark else ""


_NO_KEY = object()
_OPENING: dict[type, type] = {yaml.MappingStartEvent: dict, yaml.SequenceStartEvent: list}
_CLOSING = (yaml.MappingEndEvent, yaml.SequenceEndEvent)
_RESOLVERS = {
    first: [(tag, written) for tag, written in resolvers if tag != _PREFIX + "timestamp"]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}
_CONSTRUCTOR = yaml.constructor.SafeConstructor()
_REPRESENTER = yaml.representer.SafeRepresenter()
_READ = {
    _PREFIX + "null": _CONSTRUCTOR.construct_yaml_null,
    _PREFIX + "bool": _CONSTRUCTOR.construct_yaml_bool,
    _PREFIX + "int": _CONSTRUCTOR.construct_yaml_int,
    _PREFIX + "float": _CONSTRUCTOR.construct_yaml_float,
}
