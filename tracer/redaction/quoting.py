"""The quoted form of a text in a recording (YAML 1.2, in the style of libyaml).

The final scan reads the quoted form. Its escapes and quotes can produce a name beside a value, even if the
text itself contains no such pair.
"""

from __future__ import annotations

import re

from tracer.redaction.encodings import View

__all__ = ["Quoted", "quoted"]

_BREAKS = "\n\u2028\u2029"
_SPECIAL = "\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff\U00010000-\U0010ffff"
_NEEDS_ESCAPES = re.compile(rf"[{_SPECIAL}]| [{_BREAKS}]|[\u2028\u2029] ")
_ESCAPED = re.compile(rf'[{_SPECIAL}{_BREAKS}"\\]')
_APOSTROPHE = re.compile("'")
_NAMED = {
    "\0": "0", "\a": "a", "\b": "b", "\t": "t", "\n": "n", "\v": "v", "\f": "f", "\r": "r", "\x1b": "e",
    '"': '"', "\\": "\\", "\x85": "N", "\u2028": "L", "\u2029": "P",
}  # fmt: skip


class Quoted:
    """A text in quotes."""

    def __init__(self, quote: str, view: View) -> None:
        self.text = f"{quote}{view.text}{quote}"
        self._view = view

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Convert a span of the quoted form to the span in the text without quotes."""
        first, last = max(start - 1, 0), min(end - 1, len(self._view.text))
        return self._view.span(first, last) if first < last else (first, first)


def quoted(text: str) -> Quoted | None:
    """Return the quoted form of a text; None if the form shows no more than the text itself."""
    if _NEEDS_ESCAPES.search(text):
        return Quoted('"', View(text, _ESCAPED, _escape, None))
    if "\n" not in text and ("\\" in text or "'" in text):
        return Quoted("'", View(text, _APOSTROPHE, "''", None))
    return None


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    if character in _NAMED:
        return f"\\{_NAMED[character]}"
    code = ord(character)
    return f"\\x{code:02X}" if code < 0x100 else f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}"
