"""Markdown that holds foreign text: what a recording says is shown, and none of it taken for syntax.

Text within a line has every character that Markdown, one of its extensions, HTML or a
template language could see a sign in written as a character reference. A block is a fence
longer than any run of backticks in it.
"""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

from tracer.rendering.texts import visible, visible_lines

__all__ = ["EXAMPLE", "Md", "code", "cut", "fence", "inline", "link", "masked", "title"]

_LINE = 300
_LINES = 400
_CHARACTERS = 40_000
_LINE_OF_CODE = 2_000

# Letters, digits and what is harmless within a line; one that begins so may still be a list, a rule or some
# extension's block.
_SIGN = re.compile(r"[^\w\s,.;/?()'-]|_")
_START = re.compile(r"[-,.;/?()']|[0-9](?=[0-9]*[.)](?:\s|$))")
_RUN = re.compile(r"`+")
_PSEUDONYM = re.compile(r"<([a-z]+(?:-[a-z]+)*)-([0-9]+)>")
_PSEUDONYM_IN_URL = re.compile(r"(?:<|%3[cC])([a-z]+(?:-[a-z]+)*)-([0-9]+)(?:>|%3[eE])")
# Every Fernet token begins like this: its version and the upper half of a time (the Fernet specification).
_BEGINNING = "gAAAAA"
EXAMPLE = "<token-1>"
"""What a token is in a recording, to say how it is shown."""

_MASK = "********"
_URL = ":/?#@$&+,;=%~-._"


class Md(str):
    """Text that is Markdown already: templates leave it as it is, and escape all other."""

    __slots__ = ()


def inline(text: object) -> Md:
    """``text`` in one line, for anywhere within a paragraph, a heading, a list or the cell of a table."""
    if isinstance(text, Md):
        return text
    escaped = _escaped(text)
    start = _START.match(escaped)
    return Md(_reference(escaped[0]) + escaped[1:] if start else escaped)


def code(text: object) -> Md:
    """``text`` in one line, set as code."""
    return Md(f"<code>{_escaped(text)}</code>")


def link(words: object, url: str) -> Md:
    """A link to the web, or just the ``words`` where ``url`` is not one of it."""
    try:
        safe = urlsplit(url).scheme in ("http", "https")
    except ValueError:
        safe = False
    return Md(f"[{inline(words)}]({quote(url, safe=_URL)})") if safe else inline(words)


def fence(text: str, language: str, heading: str = "", indent: int = 0) -> Md:
    """``text`` as a block of code under a ``heading``, as many columns to the right as the block it is in."""
    marks = "`" * max(3, 1 + max(map(len, _RUN.findall(text)), default=0))
    opening = f'{marks} {language} title="{heading}"' if heading else f"{marks} {language}"
    lines = [opening, *visible_lines(text).split("\n"), marks]
    margin = " " * indent
    # The first line is where the template wants it; a line of blanks alone would be seen by linters only.
    return Md("\n".join([opening, *(margin + line if line.strip() else "" for line in lines[1:])]))


def title(*parts: object) -> str:
    """What stands above a block of code: the parts in one line, without what would end it."""
    text = _PSEUDONYM_IN_URL.sub(_stand_in_url, " ".join(str(part) for part in parts if part != ""))
    return visible(text.replace('"', "'").replace("`", "'"), _LINE)


def masked(text: str) -> str:
    """``text`` with pseudonyms as readers know secrets from documentation.

    A token is what it begins with and the number that it has in the recording, ``gAAAA…1``: too short to be
    taken for one by the last gate. Anything else is stars and its name: ``******** (password-1)``.
    """
    return _PSEUDONYM.sub(_stand_in, text)


def cut(text: str) -> tuple[str, int, int]:
    """The beginning of a long text, how many lines of it these are, and how many there are."""
    lines = text.split("\n")
    kept: list[str] = []
    room = _CHARACTERS
    for line in lines[:_LINES]:
        kept.append(line if len(line) <= _LINE_OF_CODE else line[: _LINE_OF_CODE - 1] + "…")
        room -= len(kept[-1])
        if room < 0:
            break
    return "\n".join(kept), len(kept), len(lines)


def _escaped(text: object) -> str:
    return _SIGN.sub(lambda sign: _reference(sign[0]), visible(masked(str(text)), _LINE))


def _stand_in(found: re.Match[str]) -> str:
    kind, number = found.groups()
    if kind == "token":
        return f"{_BEGINNING[: max(1, len(_BEGINNING) - len(number))]}…{number}"
    return f"{_MASK} ({kind}-{number})"


def _stand_in_url(found: re.Match[str]) -> str:
    return _stand_in(found).partition(" ")[0]


def _reference(character: str) -> str:
    return f"&#{ord(character)};"
