"""Encoded forms of a secret: escaped, percent-encoded, in base64.

Escapes are decoded in the searched text, because a writer may escape any character. The result is a *view*,
which maps each of its characters to the original text. For base64, the secret is encoded instead, at the
three alignments that it can have within a longer base64 text.

Sources: RFC 8259 (JSON strings), RFC 3986 (percent-encoding), WHATWG URL (``+`` in
forms), HTML 5 and Mermaid (character references), YAML 1.2 and POSIX shell (quoting),
RFC 4648 (base64).
"""

from __future__ import annotations

import base64
import html
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from functools import cached_property, lru_cache
from typing import NamedTuple

__all__ = [
    "BACKSLASH",
    "ENTITY",
    "PERCENT",
    "Form",
    "View",
    "forms",
    "from_backslash",
    "from_entity",
    "from_percent",
    "raw_bytes",
    "views",
    "without_spaces",
]

_DEEPEST = 3  # JSON in a JSON string in a JSON string
_MOST_VIEWS = 24
_MOST_CHARACTERS = 12 << 20  # of all views of a text together, or eight times the text
_SHORTEST_CORE = 8

_SIMPLE = {
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "b": "\b",
    "f": "\f",
    "0": "\0",
    "a": "\a",
    "e": "\x1b",
    "v": "\v",
}
BACKSLASH = re.compile(
    r"\\(?:u([dD][89abAB][0-9A-Fa-f]{2})\\u([dD][c-fC-F][0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})"
    r"|U([0-9A-Fa-f]{8})|\r?\n[ \t]*\\?|(.))",
    re.DOTALL,
)
PERCENT = re.compile(r"%(?:[0-7][0-9A-Fa-f]|[89A-Fa-f][0-9A-Fa-f](?>(?:%[89A-Fa-f][0-9A-Fa-f])*))")
ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[a-zA-Z]{2,8});")
_MERMAID = re.compile(r"#(?<!&#)([0-9]{1,7}|[a-z]{2,8});")
_QUOTE = re.compile(r"""'"'"'|'\\''|''""")
# Each expression begins with a literal or a set of characters, so that the engine skips to candidates.
_WRAP = re.compile(
    r"[ \t|\r\n](?<=[^\s|][\s|])(?:(?<=\n)|(?<=\r)\n|(?<=[ \t|])[ \t|]*+\r?\n)[ \t|]*+(?=[^\s|])"
)
_WRAP_AT_END = re.compile(r"\n(?<=[^\s|]\n)[ \t|]*+(?=[^\s|])")
"""Equivalent to ``_WRAP`` if no line ends with text of ``_LEFT_OUT``, and three times as fast."""
_LEFT_OUT = (" \n", "\t\n", "|\n", "\r\n")
_SPACE = re.compile(r"\s[\s|]*+")


Decode = Callable[[re.Match[str]], str]


class Form(NamedTuple):
    """A text to search for. ``before``, ``after``: the adjacent base64 character contains secret bits."""

    text: str
    base64: bool = False
    before: bool = False
    after: bool = False


def forms(value: str) -> list[Form]:
    """Return the texts to search for in a text and its views, to find ``value`` in any encoding."""
    raw = raw_bytes(value)
    plain = [value, raw.decode("latin-1"), raw.hex(), raw.hex().upper()]
    if any(c.isspace() for c in value):
        plain += [value.replace(" ", "+"), _SPACE.sub("", value)]
    forms_by_text = {text: Form(text) for text in plain if text}
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        for shift in range(3):
            form = _aligned(encode, raw, shift)
            if len(form.text) >= _SHORTEST_CORE:
                forms_by_text.setdefault(form.text, form)
    return list(forms_by_text.values())


def raw_bytes(value: str) -> bytes:
    """Return the bytes of ``value`` before decoding. Surrogates stand for bytes outside UTF-8 (PEP 383)."""
    try:
        return value.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return value.encode("utf-8", "surrogatepass")


def _aligned(encode: Callable[[bytes], bytes], raw: bytes, shift: int) -> Form:
    """Return the base64 characters that depend only on ``raw``, behind ``shift`` other bytes (modulo 3)."""
    text = encode(b"\0" * shift + raw).decode().rstrip("=")
    shared = (shift + len(raw)) % 3 != 0
    core = text[(0, 2, 3)[shift] : len(text) - shared]
    return Form(core, base64=True, before=shift > 0, after=shared)


class View:
    """A text with one kind of escape decoded. ``span`` converts positions to those in the original."""

    def __init__(
        self, text: str, pattern: re.Pattern[str], decode: Decode | str, parent: View | None
    ) -> None:
        self.text = pattern.sub(decode, text)
        self._source = text
        self._pattern = pattern
        self._decode = decode
        self._parent = parent

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Convert a span of this view to the span in the original text."""
        starts, origins = self._pieces
        first = bisect_right(starts, start) - 1
        origin, stop = origins[first]
        begin = origin if stop >= 0 else origin + start - starts[first]
        last = bisect_right(starts, end - 1) - 1
        origin, stop = origins[last]
        finish = stop if stop >= 0 else origin + end - starts[last]
        return self._parent.span(begin, finish) if self._parent else (begin, finish)

    @cached_property
    def _pieces(self) -> tuple[list[int], list[tuple[int, int]]]:
        """Return the start of each piece in the view, and its start and end in the source.

        The end is -1 for a piece without escapes.
        """
        starts: list[int] = []
        origins: list[tuple[int, int]] = []
        length = done = 0
        for match in self._pattern.finditer(self._source):
            start, end = match.span()
            if start > done:
                starts.append(length)
                origins.append((done, -1))
                length += start - done
            new = self._decode if isinstance(self._decode, str) else self._decode(match)
            if new:
                starts.append(length)
                origins.append((start, end))
                length += len(new)
            done = end
        return [*starts, length], [*origins, (done, -1)]


def views(text: str, *, quotes: bool, spaces: bool, document: bool = False) -> Iterator[View]:
    """Yield views of a text with its escapes decoded, one kind at a time, up to three levels deep.

    ``quotes``: include views with quotes decoded, for secrets with quotes. ``spaces``: include views without
    white space, for secrets with white space. ``document``: the text is JSON. Its line breaks are between
    its strings, so no secret continues behind them.
    """
    seen = {text}
    level: list[View | None] = [None]
    count = 0
    characters = max(_MOST_CHARACTERS, 8 * len(text))
    for _ in range(_DEEPEST):
        deeper: list[View | None] = []
        for parent in level:
            source = text if parent is None else parent.text
            breaks = not document or parent is not None
            for pattern, decode in _decoders(source, quotes=quotes, spaces=spaces, breaks=breaks):
                view = View(source, pattern, decode, parent)
                if view.text in seen:
                    continue
                seen.add(view.text)
                yield view
                count += 1
                characters -= len(source)
                if count == _MOST_VIEWS or characters < 0:
                    return
                deeper.append(view)
        level = deeper


def without_spaces(text: str) -> View:
    """Return a view of ``text`` without white space."""
    return View(text, _SPACE, "", None)


def _decoders(
    text: str, *, quotes: bool, spaces: bool, breaks: bool
) -> Iterator[tuple[re.Pattern[str], Decode | str]]:
    if "\\" in text:
        yield BACKSLASH, from_backslash
    if "%" in text:
        yield PERCENT, from_percent
    if ";" in text and "&" in text:
        yield ENTITY, from_entity
    if ";" in text and "#" in text:
        yield _MERMAID, _from_mermaid
    if spaces:
        yield _SPACE, ""
    elif breaks and "\n" in text:
        yield _WRAP if any(end in text for end in _LEFT_OUT) else _WRAP_AT_END, ""
    if quotes and "'" in text:
        yield _QUOTE, "'"


@lru_cache(maxsize=4096)
def _reference(text: str) -> str:
    return html.unescape(text)


def from_entity(match: re.Match[str]) -> str:
    """Decode a character reference of HTML."""
    return _reference(match[0])


def from_backslash(match: re.Match[str]) -> str:
    """Decode a backslash escape of JSON, YAML, or a shell."""
    simple = match[6]
    if simple:
        return _SIMPLE.get(simple, simple)
    high, low, four, two, eight, _ = match.groups()
    if high:
        return chr(0x10000 + ((int(high, 16) - 0xD800) << 10) + int(low, 16) - 0xDC00)
    digits = four or two or eight
    if digits:
        number = int(digits, 16)
        return chr(number) if number < 0x110000 else match[0]
    return ""


def from_percent(match: re.Match[str]) -> str:
    """Decode a percent-encoded character."""
    if len(match[0]) == 3 and match[0] < "%8":
        return chr(int(match[0][1:], 16))
    return bytes.fromhex(match[0].replace("%", "")).decode("utf-8", "surrogateescape")


def _from_mermaid(match: re.Match[str]) -> str:
    return _reference("&" + match[0] if match[1].isdecimal() else f"&{match[1]};")
