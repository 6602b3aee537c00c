"""Secret options of programs in a text with command lines: ``curl -u user:password`` in a script.

Some options are secret only for one program. The search begins at its name and ends with its command.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from tracer.redaction.scalars import ORDINARY, Span
from tracer.redaction.shellwords import ShellWord, shell_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["ProgramOptions", "Programs"]

P = TypeVar("P")

_LONGEST = 4096  # characters of a command
_END = re.compile(r"[;|&)`]|(?<!\\)\n")
_SHORT = re.compile(r"-[A-Za-z]")
_CLUSTER = re.compile(r"-[A-Za-z]{2,6}")  # the last of the letters may have a value
_PLACEHOLDER = re.compile(r"[A-Z]+")
_NAMED = re.compile(r"[^\s:=/\"']+:(?!//)")


class ProgramOptions(NamedTuple, Generic[P]):
    """Options of the program ``name`` with secret values. ``named``: the secret follows ``user:``."""

    name: str
    options: frozenset[str]
    rule: P
    named: bool

    @property
    def call(self) -> str:
        """Return the text of a command line that calls the program."""
        return f"{self.name} "


class Programs(Generic[P]):
    """The search for the values of such options in a text."""

    def __init__(self, programs: Iterable[ProgramOptions[P]]) -> None:
        self._programs: dict[str, list[ProgramOptions[P]]] = {}
        for program in programs:
            self._programs.setdefault(program.name, []).append(program)
        names = "|".join(map(re.escape, sorted(self._programs))) or "(?!)"
        called = re.compile(rf"(?:(?<![\w.-])|(?<=\\[nrt]))(?:{names})(?= )")
        self._called = called.finditer
        self.may_call = called.search

    def find(self, text: str) -> Iterator[tuple[Span, Span, P]]:
        """Yield the span of each call, the span of a value in it without quotes, and the value's rule."""
        done = 0
        for call in self._called(text):
            if call.start() < done:
                continue  # an argument of the program before
            words = _words_of_command(text, call.end())
            done = words[-1].end if words else 0
            for index, word in enumerate(words):
                for program in self._programs[call[0]]:
                    span = _value(text, program.options, word, words[index + 1 : index + 2])
                    span = _secret(text, *span, named=program.named) if span else None
                    if span is not None:
                        yield call.span(), span, program.rule


def _words_of_command(text: str, start: int) -> list[ShellWord]:
    """Return the words behind the name of a program, up to the end of its command."""
    words: list[ShellWord] = []
    done = 0
    rest = text[start : start + _LONGEST]
    for word in shell_words(rest):
        if _END.search(rest, done, word.start):
            break
        words.append(ShellWord(start + word.start, start + word.end, word.value))
        done = word.end
    return words


def _value(text: str, options: frozenset[str], word: ShellWord, following: list[ShellWord]) -> Span | None:
    """Return the span of an option's value, in the word of the option or in the next word."""
    name, equals, _ = word.value.partition("=")
    short = _SHORT.match(word.value)
    if name in options and equals:
        return _without_quotes(text, text.index("=", word.start) + 1, word.end)
    if name in options or (_CLUSTER.fullmatch(word.value) and f"-{word.value[-1]}" in options):
        return _without_quotes(text, following[0].start, following[0].end) if following else None
    if short and short[0] in options and text.startswith(short[0], word.start):
        return _without_quotes(text, word.start + 2, word.end)
    return None


def _without_quotes(text: str, start: int, end: int) -> Span:
    quote = text[start]
    if (
        end - start > 1
        and quote in "\"'"
        and text[end - 1] == quote
        and quote not in text[start + 1 : end - 1]
    ):
        return start + 1, end - 1
    return start, end


def _secret(text: str, start: int, end: int, *, named: bool) -> Span | None:
    """Return the span of the password in ``user:password``, or of the whole value; None for prose."""
    name = _NAMED.match(text, start, end) if named else None
    if name is None:
        return None if ORDINARY.fullmatch(text, start, end) else (start, end)
    return None if _PLACEHOLDER.fullmatch(text, name.end(), end) else (name.end(), end)
