"""The words of a release note, and the names among them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["NoteWords", "read_words"]

_CODE = re.compile(r"(`{1,2})([^`\n]{1,200})\1(?!_)")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[_:.\-][A-Za-z0-9]+)*")
_IDENTIFIER = re.compile(r"[A-Za-z0-9]+_[A-Za-z0-9_]+|[Xx]-[A-Za-z]+(?:-[A-Za-z]+)*|[a-z]+:[a-z_]+")


class NoteWords(NamedTuple):
    """The words of a note in lower case. ``names`` are those that it marks as code, and identifiers."""

    names: frozenset[str]
    words: frozenset[str]


def read_words(text: str) -> NoteWords:
    """Return the words of a text in reStructuredText."""
    names = {word.lower() for code in _CODE.finditer(text) for word in _words(code[2])}
    names |= {identifier[0].lower() for identifier in _IDENTIFIER.finditer(text)}
    words = {word.lower() for word in _words(text)}
    return NoteWords(frozenset(names), frozenset(words - names))


def _words(text: str) -> Iterator[str]:
    """Yield the words, and the parts of words with points: ``image.properties`` has three."""
    for word in _WORD.findall(text):
        yield word
        if "." in word:
            yield from word.split(".")
