"""The words of a command line that name the command, without its arguments."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["known_words"]

_COMMANDS = Path(__file__).with_name("commands.txt")


def known_words(words: Sequence[str]) -> list[str]:
    """Return the leading ``words`` that name a command, without its arguments.

    The longest known command wins, as in the client: ``server resize confirm``. For an unknown command,
    return the longest beginning that it shares with a known command.
    """
    commands, beginnings = _commands()
    lengths = range(len(words), 0, -1)
    for names in (commands, beginnings):
        for length in lengths:
            if tuple(words[:length]) in names:
                return list(words[:length])
    return []


@lru_cache(maxsize=1)
def _commands() -> tuple[frozenset[tuple[str, ...]], frozenset[tuple[str, ...]]]:
    """Return the commands of the client and its plug-ins, and the beginnings of all these commands."""
    lines = _COMMANDS.read_text(encoding="utf-8").splitlines()
    commands = [tuple(line.split()) for line in lines if not line.startswith("#")]
    beginnings = {command[:length] for command in commands for length in range(1, len(command))}
    return frozenset(commands), frozenset(beginnings)
