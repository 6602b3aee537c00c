"""Links in an SVG: Mermaid has none for messages, so the text has them as comments."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, NamedTuple

from tracer.rendering.mermaid import BREAK, LINK

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["add_links"]

_LINK = re.compile(rf"\s*{re.escape(LINK)}(https://\S+)")
_MESSAGE = re.compile(r"\s*\w+(?:->>|-->>|--x)\w+: ")
_TEXT = re.compile(r'<text [^>]*class="messageText"[^>]*>.*?</text>', re.DOTALL)


class _Message(NamedTuple):
    lines: int
    url: str


def add_links(svg: str, text: str) -> str:
    """Make a link of the name of each operation in ``svg``, the picture of the Mermaid ``text``.

    A name is each line of a message but the last. A picture with other messages than ``text`` stays as it is.
    """
    messages = list(_messages(text))
    drawn = sum(1 for _ in _TEXT.finditer(svg))
    if drawn != sum(message.lines for message in messages) or not any(message.url for message in messages):
        return svg
    urls = iter(
        message.url if line < message.lines - 1 else ""
        for message in messages
        for line in range(message.lines)
    )
    return _TEXT.sub(lambda element: _linked(element[0], next(urls)), svg)


def _messages(text: str) -> Iterator[_Message]:
    url = ""
    for line in text.splitlines():
        if link := _LINK.fullmatch(line):
            url = link[1]
        elif _MESSAGE.match(line):
            yield _Message(line.count(BREAK) + 1, url)
            url = ""


def _linked(element: str, url: str) -> str:
    if not url:
        return element
    return f'<a href="{html.escape(url)}" target="_blank">{element}</a>'
