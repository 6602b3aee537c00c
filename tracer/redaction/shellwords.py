"""Words of a command line as a shell parses them, with their positions.

Source: POSIX.1-2017, Shell Command Language, sections 2.2 (quoting) and 2.3 (tokens).
"""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, NamedTuple

from tracer.redaction.pseudonyms import PSEUDONYM

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["ShellWord", "shell_words", "without_quotes", "written"]

# A quote without a partner is an ordinary character, as in prose.
_WORD = re.compile(
    rf"""(?>(?:[^\s'"\\;&|()<>`]|{PSEUDONYM}|\\.|"(?:[^"\\]|\\.)*+"|'[^']*+'|['"])+)""",
    re.DOTALL,
)
_QUOTED = re.compile(r"""\\(.)|"((?:[^"\\]|\\.)*+)"|'([^']*+)'""", re.DOTALL)
_ESCAPE = re.compile(r'\\(?:\n|([$`"\\]))')
_CONTINUED = re.compile(r"(?:\\\n)+")
_ESCAPED = re.compile(r'[$`"\\]')
_QUOTE = re.compile('"')
_SPECIAL = re.compile(r"[\s'\"\\;&|()`]")


class ShellWord(NamedTuple):
    """A word of a command line: its position, and its value without quotes."""

    start: int
    end: int
    value: str


def shell_words(line: str) -> Iterator[ShellWord]:
    """Yield the words of a command line. Skip operators between commands."""
    for match in _WORD.finditer(line):
        if _CONTINUED.fullmatch(match[0]):
            continue  # a line continuation
        yield ShellWord(*match.span(), without_quotes(match[0]))


def without_quotes(word: str) -> str:
    """Return the value of a word: remove quotes and backslashes as a shell does."""
    return _QUOTED.sub(_bare, word)


def written(value: str, instead_of: str) -> str:
    """Return ``value`` in the quotes of the word ``instead_of``, or in the quotes that a shell requires."""
    if instead_of[0] == '"':
        # Without backslashes in the old word, the shell expanded ``$`` and backquotes: both stay active.
        special = _ESCAPED if "\\" in instead_of else _QUOTE
        return f'"{special.sub(_escape, value)}"'
    if instead_of[0] == "'" and "'" not in value:
        return f"'{value}'"
    return shlex.quote(value) if _SPECIAL.search(value) else value


def _escape(match: re.Match[str]) -> str:
    return f"\\{match[0]}"


def _bare(match: re.Match[str]) -> str:
    escaped, double, single = match.groups()
    if double is not None:
        return _ESCAPE.sub(lambda escape: escape[1] or "", double)
    if single is not None:
        return str(single)
    return "" if escaped == "\n" else str(escaped)  # section 2.2.1: a line continuation
