"""The words of a command line that name the command, as opposed to its arguments."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["known_words"]

_COMMANDS = Path(__file__).with_name("commands.txt")


def known_words(words: Sequence[str]) -> list[str]:
    """Return those of the leading ``words`` that are words of a command, and no argument.

    Of several commands the longest wins, as it does for the client: ``server resize confirm``. Of a command
    that is not in the list, the words are returned that it has in common with the beginning of a listed one.
    """
    commands, beginnings = _commands()
    lengths = range(len(words), 0, -1)
    for known in (commands, beginnings):
        for length in lengths:
            if tuple(words[:length]) in known:
                return list(words[:length])
    return []


@lru_cache(maxsize=1)
def _commands() -> tuple[frozenset[tuple[str, ...]], frozenset[tuple[str, ...]]]:
    """Return the commands of the client and its plug-ins, and the beginnings of all of them."""
    lines = _COMMANDS.read_text(encoding="utf-8").splitlines()
    commands = [tuple(line.split()) for line in lines if not line.startswith("#")]
    beginnings = {command[:length] for command in commands for length in range(1, len(command))}
    return frozenset(commands), frozenset(beginnings)
