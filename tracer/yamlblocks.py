"""A YAML document with a long list in it, written item by item.

An item is laid out here as libyaml would, in a third of the time: what it is mostly made of, mappings of
short texts and numbers, and texts of many lines, has one way to be written. An item that holds anything
else is left to libyaml as a whole, and so is what stands around the list.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from tracer import yamltext

__all__ = ["document", "item"]

_LONGEST_KEY = 128  # bytes; libyaml puts a "? " before a longer one
_MOST_KEYS = 4096

# Texts that YAML takes as they are, without quotes, wherever they stand in a block; of many other texts that
# holds too, but these are sure.
_PLAIN = re.compile(r"[A-Za-z0-9/<_](?:[!-9;-~]|:(?=[!-~])| (?=[ !\"$-~]))*+\Z")
_QUOTED = re.compile(r"(?:[][{}*&!|>%@`\"'#,][ -~]*+)?\Z")
_LINES = re.compile(r"[!-~][ -~\n]*+\Z")
_OPEN_END = ("\n\n", " ")
_BEFORE_LINE = re.compile(r"\n(?=[^\n])")

_END = "\n...\n"
"""libyaml ends a document so whose last block of lines ends with an empty one."""

_keys: dict[str, str] = {}


class _LeftToLibyamlError(Exception):
    """The item holds what is not laid out here."""


def document(
    head: dict[str, Any], key: str, items: Iterable[dict[str, Any]], tail: dict[str, Any]
) -> Iterator[str]:
    """What ``yamltext.dump`` makes of ``head``, the list at ``key`` and ``tail``, as pieces of whole lines.

    There is one for each item, which is taken when its turn comes.
    """
    taken = iter(items)
    first = next(taken, None)
    if first is None:
        yield yamltext.dump({**head, key: [], **tail})
        return
    unended = False
    for value, text in _parts(head, key, chain((first,), taken), tail):
        if text.endswith(_END):
            unended = True
        elif unended:
            unended = yamltext.dump(["\n", value]).endswith(_END)
        yield text[: 1 - len(_END)] if text.endswith(_END) else text
    if unended:
        yield _END[1:]


def item(value: dict[str, Any]) -> str:
    """A mapping as an item of a list of the outermost mapping, ``- key: value`` and further lines.

    It is what ``yamltext.dump`` makes of a list of this one item.
    """
    lines: list[str] = []
    try:
        _mapping(lines, value, "\n  ")
    except _LeftToLibyamlError:
        return yamltext.dump([value])
    return f"-{''.join(lines)[2:]}\n"


def _parts(
    head: dict[str, Any], key: str, items: Iterable[dict[str, Any]], tail: dict[str, Any]
) -> Iterator[tuple[object, str]]:
    """Values and the text of each, which may have an end of its own."""
    if head:
        yield head, yamltext.dump(head)
    yield "", f"{key}:\n"
    for value in items:
        yield value, item(value)
    if tail:
        yield tail, yamltext.dump(tail)


def _mapping(lines: list[str], value: dict[str, Any], margin: str) -> None:
    """Add the lines of a mapping, each with its line break and ``margin`` before it."""
    if not value:
        raise _LeftToLibyamlError
    for key, inner in value.items():
        lines += (margin, _keys.get(key) or _key(key))
        kind = type(inner)
        if kind is str:
            lines += (" ", _text(inner, margin))
        elif kind is dict:
            _mapping(lines, inner, margin + "  ")
        elif kind is list:
            for one in inner or (None,):
                lines += (margin, "- ", _short(one))
        elif kind is yamltext.Flow:
            lines += (" ", _flow(inner.value))
        else:
            lines += (" ", _number(inner))


def _key(key: str) -> str:
    if len(key) > _LONGEST_KEY or not _PLAIN.match(key) or not yamltext.is_text(key):
        raise _LeftToLibyamlError
    if len(_keys) < _MOST_KEYS:
        _keys[key] = f"{key}:"
    return f"{key}:"


def _text(text: str, margin: str) -> str:
    if "\n" not in text:
        return _short(text)
    if not _LINES.match(text) or text.endswith(_OPEN_END) or " \n" in text:
        raise _LeftToLibyamlError
    kept, head = (text[:-1], "|") if text.endswith("\n") else (text, "|-")
    deeper = margin + "  "
    body = _BEFORE_LINE.sub(deeper, kept) if "\n\n" in kept else kept.replace("\n", deeper)
    return f"{head}{deeper}{body}"


def _short(text: object) -> str:
    """A text of one line."""
    if type(text) is not str:
        raise _LeftToLibyamlError
    if _PLAIN.match(text):
        if yamltext.is_text(text):
            return text
    elif not _QUOTED.match(text):
        raise _LeftToLibyamlError
    quoted = text.replace("'", "''")
    return f"'{quoted}'"


def _number(number: object) -> str:
    text = repr(number)
    if type(number) is int or (type(number) is float and text.replace(".", "").isdecimal()):
        return text
    raise _LeftToLibyamlError


def _flow(values: object) -> str:
    if type(values) is not list or not all(type(value) is int for value in values):
        raise _LeftToLibyamlError
    return repr(values)
