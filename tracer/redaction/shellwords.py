"""The words of a command line as a shell takes them, and where they stand in it.

Source: POSIX.1-2017, Shell Command Language, sections 2.2 (quoting) and 2.3 (tokens).
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import NamedTuple

__all__ = ["ShellWord", "shell_words", "written"]

# An apostrophe without a partner is one of prose.
_WORD = re.compile(
    r"""(?:[^\s'"\\;&|()<>`]|<[a-z]++(?:-[a-z]++)*+-[0-9]++>|\\.|"(?:[^"\\]|\\.)*+"|'[^']*+'|['"])++""",
    re.DOTALL,
)
_QUOTED = re.compile(r"""\\(.)|"((?:[^"\\]|\\.)*+)"|'([^']*+)'""", re.DOTALL)
_ESCAPE = re.compile(r'\\([$`"\\])')
_SPECIAL = re.compile(r"[\s'\"\\;&|()`]")


class ShellWord(NamedTuple):
    """Where a word stands, and what it is without quotes."""

    start: int
    end: int
    value: str


def shell_words(line: str) -> Iterator[ShellWord]:
    """Give the words of a command line; what stands between commands is none."""
    for match in _WORD.finditer(line):
        yield ShellWord(*match.span(), _QUOTED.sub(_bare, match[0]))


def written(value: str, instead_of: str) -> str:
    """Return ``value`` with the quotes that a word had, or that it needs."""
    quote = instead_of[0]
    if quote in "'\"" and not _SPECIAL.search(value.replace(" ", "")):
        return f"{quote}{value}{quote}"
    return shlex.quote(value) if _SPECIAL.search(value) else value


def _bare(match: re.Match[str]) -> str:
    escaped, double, single = match.groups()
    if double is not None:
        return _ESCAPE.sub(r"\1", double)
    return single if single is not None else escaped
