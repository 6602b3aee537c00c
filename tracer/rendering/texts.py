"""Texts of a recording made harmless: they come from the network, and go to a terminal or into a picture."""

from __future__ import annotations

import unicodedata

__all__ = ["visible", "visible_lines"]

# Controls, invisible formats (text direction among them), surrogates, private use, line and paragraph ends.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def visible(text: str, limit: int = 120) -> str:
    """``text`` in one line and cut at ``limit``; what does not show or would steer a terminal is replaced."""
    # Cut first: a text of megabytes need not be looked at character by character.
    short = text if len(text) <= limit else text[: limit - 1] + "…"
    one_line = " ".join(short.replace("\t", " ").splitlines())
    return _shown(one_line).strip()


def visible_lines(text: str) -> str:
    """``text`` with its lines and their indents, for code: tabs are blanks, the rest as ``visible``."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(_shown(line.expandtabs(4)).rstrip() for line in lines)


def _shown(line: str) -> str:
    if line.isprintable():
        return line
    return "".join("\ufffd" if unicodedata.category(char) in _HIDDEN else char for char in line)
