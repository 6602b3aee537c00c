"""Harmless forms of texts that come from the network and go to a terminal or into a picture."""

from __future__ import annotations

import unicodedata

__all__ = ["visible", "visible_lines"]

# Unicode categories: controls, invisible formats (such as text direction), surrogates, private use,
# unassigned characters, line and paragraph separators.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def visible(text: str, limit: int = 120) -> str:
    """Return ``text`` as one line of at most ``limit`` characters.

    Invisible characters, and characters that control a terminal, become U+FFFD.
    """
    # Cut first, so that a text of megabytes is not scanned character by character.
    short = text if len(text) <= limit else text[: limit - 1] + "…"
    one_line = " ".join(short.replace("\t", " ").splitlines())
    return _shown(one_line).strip()


def visible_lines(text: str) -> str:
    """Return ``text`` with its lines and indents, for code. Tabs become spaces.

    Invisible characters, and characters that control a terminal, become U+FFFD.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(_shown(line.expandtabs(4)).rstrip() for line in lines)


def _shown(line: str) -> str:
    if line.isprintable():
        return line
    return "".join("\ufffd" if unicodedata.category(char) in _HIDDEN else char for char in line)
