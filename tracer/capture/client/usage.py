"""Usage errors: commands that refuse their own arguments before they do any work."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tracer.model import Output

__all__ = ["usage_error"]

_EXIT_CODES = frozenset({2, 64})
"""The exit code of argparse, click, getopt and cliff; EX_USAGE of sysexits.h."""

_LONGEST = 300
_COLOUR = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_USAGE = re.compile(r"\s*usage:", re.IGNORECASE)
_ERROR = re.compile(r"(?:.*: )?error: ", re.IGNORECASE)
_REFUSAL = re.compile(
    r"is not an? \S+ command\b"  # cliff
    r"|\b(?:unrecogni[sz]ed|unknown|invalid|illegal|no such|ambiguous)\b.*\b(?:option|argument|command)\b"
    r"|\boption\b.*\b(?:is unknown|requires an argument|is ambiguous|not recognized)\b",
    re.IGNORECASE,
)
_NO_VALUE = re.compile(r"\bargument (\S+): expected (?:one|at least one|\d+) arguments?\b")


def usage_error(argv: Sequence[str], output: Output, redact: Callable[[str], str] = str) -> str | None:
    """Return a sentence that quotes the command's refusal of its arguments, None without a refusal.

    ``redact`` removes secrets from the quoted line.
    """
    if output.exit not in _EXIT_CODES:
        return None
    lines = _lines(output.stderr)
    errors = [line for line in lines if _ERROR.match(line)] if any(map(_USAGE.match, lines)) else []
    # openstack reports an unknown command on stdout.
    refusals = [line for line in [*lines, *_lines(output.stdout)] if _REFUSAL.search(line)]
    line = next(iter(errors[-1:] or refusals[:1]), None)
    if line is None:
        return None
    # A part of a secret, or a secret with other characters, would not be found any more.
    quoted = redact(line)[:_LONGEST]
    visible = "".join(character if character.isprintable() else "\ufffd" for character in quoted)
    return f"the command does not accept its arguments: {visible}{_hint(argv, line)}"


def _lines(text: str) -> list[str]:
    return [_COLOUR.sub("", line).strip() for line in text.splitlines()]


def _hint(argv: Sequence[str], line: str) -> str:
    """Return a hint for a value that argparse took for an option, as it begins with ``-``; else empty."""
    match = _NO_VALUE.search(line)
    for option, value in pairwise(argv):
        if match and option in match[1].split("/") and value[:1] == "-":
            written = f"{option}=VALUE" if option.startswith("--") else f"{option}VALUE"
            return f" (a value that begins with '-' is written {written})"
    return ""
