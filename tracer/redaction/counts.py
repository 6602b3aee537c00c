"""The counts of replacements in a recording: a name of a secret before a number, and no secret."""

from __future__ import annotations

import re

__all__ = ["is_count"]

_MOST_COUNTS = 200  # lines of a backward search
_HEAD = re.compile(r"""(?:^|[\s"'])redacted["']?:\s*\{?\s*\Z""")
_COUNT = re.compile(r"\s+\S[^\n]*: [0-9]+,?")
_LONG = re.compile(r"[0-9]{7}")
_FLOW = re.compile(r"""\bredacted["']?: ?\{[^{}]*\Z""")


def is_count(text: str, start: int) -> bool:
    """Return whether the number at ``start`` counts the replacements by a rule, below ``redacted``.

    A number with more than six digits is no count.
    """
    if _LONG.match(text, start):
        return False
    if text.rfind("redacted", max(0, start - 100 * _MOST_COUNTS), start) < 0:
        return False
    indent = start - text.rfind("\n", max(0, start - 200), start) - 1
    position = start
    for _ in range(_MOST_COUNTS):
        end = text.rfind("\n", 0, position)
        begin = text.rfind("\n", max(0, end - 200), end) + 1 if end > 0 else 0
        line = text[begin : max(end, 0)]
        if (
            re.search(r"""(?:^|[\s"'])redacted["']?:\s*\{?\s*\Z""", line)
            and len(line) - len(line.lstrip()) < indent
        ):
            return True
        if end <= 0 or not _COUNT.fullmatch(line):
            break
        position = end
    line = text[text.rfind("\n", max(0, start - 2000), start) + 1 : start]
    return _FLOW.search(line) is not None
