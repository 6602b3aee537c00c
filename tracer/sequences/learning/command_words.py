"""The command of recordings, separated from its arguments."""

from __future__ import annotations

import re
from itertools import takewhile
from typing import TYPE_CHECKING, NamedTuple

from tracer.errors import InputError
from tracer.sequences.command_lines import subcommand_words
from tracer.sequences.learning.summaries import data
from tracer.sequences.loading import catalog

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tracer.model import Recording

__all__ = ["Commands", "commands"]

_PROGRAM = "openstack"
_WORD = re.compile(r"[a-z][a-z0-9-]*")


class Commands(NamedTuple):
    """The command of all recordings, and the arguments of each recording by name."""

    command: str
    arguments: dict[str, frozenset[str]]


def commands(recordings: Mapping[str, Recording], command: str | None = None) -> Commands:
    """Return the command of all ``recordings``, and the arguments of each recording by name.

    By default, the command lines give the command. Raise InputError if the recordings have different
    commands, or if the command is not known.
    """
    words = {name: subcommand_words(recording.command or "") for name, recording in recordings.items()}
    if command is not None:
        own = subcommand_words(command) or command.split()
        return Commands(command, {name: _arguments(given, own) for name, given in words.items()})
    own_words: dict[str, list[str] | None] = {name: _own_words(given) for name, given in words.items()}
    if all(own is None for own in own_words.values()):
        # For unknown commands, the common words of all recordings are the command.
        same = takewhile(lambda at: len({*at}) == 1, zip(*map(_leading, words.values()), strict=False))
        common = [at[0] for at in same]
        own_words = {name: list(common) for name in words}
    first = next(iter(own_words))
    for name, line_words in own_words.items():
        if not line_words:
            raise InputError(name, "no `openstack` command is known for it; name its command with --command")
        if line_words != own_words[first]:
            problem = f"of {_named(line_words)!r}, but {first} is of {_named(own_words[first])!r}"
            raise InputError(name, f"{problem}; learn from one command, or name it with --command")
    return Commands(
        _named(own_words[first]),
        {name: _arguments(given, own_words[first] or []) for name, given in words.items()},
    )


def _named(words: list[str] | None) -> str:
    return " ".join([_PROGRAM, *(words or ())])


def _arguments(words: list[str], own: list[str]) -> frozenset[str]:
    rest = words[len(own) :] if words[: len(own)] == own else words
    return frozenset(value for word in rest for value in _values(word) if value)


def _values(word: str) -> Iterator[str]:
    """Yield an argument or, for an option, the value after its equals sign."""
    if not word.startswith("-"):
        yield word
    yield word.partition("=")[2]


def _own_words(words: list[str]) -> list[str] | None:
    """Return the words of the command without its arguments, or None if they cannot be separated."""
    documented = [
        name.split()[1:]
        for sequence in catalog().values()
        for name in (sequence.command, *sequence.aliases)
        if words[: len(name.split()) - 1] == name.split()[1:]
    ]
    if documented:
        return max(documented, key=len)
    leading = _leading(words)
    for index, word in enumerate(leading):
        if word in data().verbs:
            return leading[: index + 1]
        if word in data().verbs_with_object:
            rest = " ".join([*leading[index + 1 :], ""])
            objects = [noun for noun in data().objects if rest.startswith(f"{noun} ")]
            return leading[: index + 1] + max(objects, key=len, default="").split()
    return None


def _leading(words: list[str]) -> list[str]:
    return list(takewhile(_WORD.fullmatch, words))
