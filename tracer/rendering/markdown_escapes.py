"""Markdown with foreign text: the text of a recording is shown and never interpreted as syntax.

Authors edit the Markdown, so only syntax is escaped: with a backslash where Markdown has one, else with a
character reference. The fence of a code block is longer than any run of backticks in the block.
"""

from __future__ import annotations

import re
from urllib.parse import quote

from tracer.rendering.visible_texts import visible, visible_lines
from tracer.urls import split

__all__ = ["EXAMPLE", "Md", "code", "cut", "fence", "inline", "link", "masked", "title"]

_LINE = 300
_LINES = 400
_CHARACTERS = 40_000
_LINE_OF_CODE = 2_000

# Characters that are syntax anywhere in a line. An underscore within a word is none. A brace starts
# attributes only at the beginning of a word. Two braces, or a brace with a sign, belong to template
# languages. Number signs at the end of a heading close it.
_SYNTAX = re.compile(
    r"[\\`*|\[\]]|(?<![^\W_])_|_(?![^\W_])"
    r"|\{(?=[%#])|(?:(?<!\S)|(?<=\{))\{|\{(?=\{)"
    r"|<(?=\S)|&(?=#?\w+;)|#(?=#*$)"
)
# Beginnings of a line that start a list, a heading, a quotation, a rule, or a block of an extension.
_START = re.compile(
    r"[#>=]|[-+](?=\s|$)|-(?=[-\s]*$|-8<)|!(?=!!)|\?(?=\?\?)|/(?=//)|:(?=\s)|~(?=~~)|;(?=--8<)|(?<=[0-9])[.)](?=\s|$)"
)
_NUMBER = re.compile(r"[0-9]*")
# Characters that a backslash escapes in Markdown; for template languages, it does not escape a brace.
_BACKSLASHED = frozenset("\\`*_[]()>#+-.!|")
# Texts that stay active between backticks: HTML tags, the separator of cells, tags of template languages.
_RAW = re.compile(r"<[A-Za-z/!?-]|\||\{[{%#]")
# As the words of a link, such a text would make the line a definition of a reference: "[words]: target".
_DEFINITION = re.compile(r"[^\[\]]*\]:")
_SIGN = re.compile(r"[^\w\s,.;/?()'-]|_")
_RUN = re.compile(r"`+")
_PSEUDONYM = re.compile(r"<([a-z]+(?:-[a-z]+)*)-([0-9]+)>")
_PSEUDONYM_IN_URL = re.compile(r"(?:<|%3[cC])([a-z]+(?:-[a-z]+)*)-([0-9]+)(?:>|%3[eE])")
# Every Fernet token begins with its version and the upper half of a time (the Fernet specification).
_BEGINNING = "gAAAAA"
EXAMPLE = "<token-1>"
"""A token in a recording, to explain its display."""

_MASK = "********"
_URL = ":/?#@$&+,;=%~-._"


class Md(str):
    """Text that is already Markdown. Templates insert it unchanged, and escape all other text."""

    __slots__ = ()


def inline(text: object) -> Md:
    """Escape ``text`` to one line for a paragraph, a heading, a list, or a table cell; keep an ``Md``."""
    if isinstance(text, Md):
        return text
    line = visible(masked(str(text)), _LINE)
    digits = _NUMBER.match(line)
    start = _START.match(line, digits.end() if digits else 0)
    beginning = ""
    if start:
        beginning = line[: start.start()] + _escaped(start[0])
        line = line[start.end() :]
    escaped = _SYNTAX.sub(lambda sign: _escaped(sign[0]), line)
    if _DEFINITION.match(line):
        escaped = escaped.replace(r"\]:", rf"\]{_reference(':')}", 1)
    return Md(beginning + escaped)


def code(text: object) -> Md:
    """Return ``text`` as one line of inline code, in backticks unless they would not protect it."""
    line = visible(masked(str(text)), _LINE)
    if not line or _RAW.search(line) or _DEFINITION.match(line):
        return Md(f"<code>{_SIGN.sub(lambda sign: _reference(sign[0]), line)}</code>")
    marks = "`" * (1 + max(map(len, _RUN.findall(line)), default=0))
    space = " " if "`" in (line[0], line[-1]) else ""
    return Md(f"{marks}{space}{line}{space}{marks}")


def link(words: object, url: str) -> Md:
    """Return a link to ``url``, or only ``words`` if ``url`` is neither HTTP nor HTTPS."""
    parts = split(url)
    safe = parts is not None and parts.scheme in ("http", "https")
    return Md(f"[{inline(words)}]({quote(url, safe=_URL)})") if safe else inline(words)


def fence(text: str, language: str, heading: str = "", indent: int = 0) -> Md:
    """Return ``text`` as a block of code under ``heading``, indented by ``indent`` columns."""
    marks = "`" * max(3, 1 + max(map(len, _RUN.findall(text)), default=0))
    opening = f'{marks} {language} title="{heading}"' if heading else f"{marks} {language}"
    lines = [opening, *visible_lines(text).split("\n"), marks]
    margin = " " * indent
    # The template indents the first line. Empty lines stay empty, as linters reject trailing blanks.
    return Md("\n".join([opening, *(margin + line if line.strip() else "" for line in lines[1:])]))


def title(*parts: object) -> str:
    """Return the one-line title of a block of code, without characters that would end the title."""
    text = _PSEUDONYM_IN_URL.sub(_stand_in_url, " ".join(str(part) for part in parts if part != ""))
    return visible(text.replace('"', "'").replace("`", "'"), _LINE)


def masked(text: str) -> str:
    """Replace pseudonyms in ``text`` by the usual masks of documentation.

    A token becomes the beginning of tokens and its number in the recording, ``gAAAA…1``: too short for the
    last scan to report a token. Other pseudonyms become stars and their name: ``******** (password-1)``.
    """
    return _PSEUDONYM.sub(_stand_in, text)


def cut(text: str) -> tuple[str, int, int]:
    """Return the beginning of a long text, its number of lines, and the number of lines of ``text``."""
    lines = text.split("\n")
    shown_lines: list[str] = []
    room = _CHARACTERS
    for line in lines[:_LINES]:
        shown_lines.append(line if len(line) <= _LINE_OF_CODE else line[: _LINE_OF_CODE - 1] + "…")
        room -= len(shown_lines[-1])
        if room < 0:
            break
    return "\n".join(shown_lines), len(shown_lines), len(lines)


def _escaped(character: str) -> str:
    """Return a character as text: after a backslash if Markdown knows it there, else as a reference."""
    if character in _BACKSLASHED:
        return f"\\{character}"
    return {"<": "&lt;", "&": "&amp;"}.get(character) or _reference(character)


def _stand_in(pseudonym: re.Match[str]) -> str:
    kind, number = pseudonym.groups()
    if kind == "token":
        return f"{_BEGINNING[: max(1, len(_BEGINNING) - len(number))]}…{number}"
    return f"{_MASK} ({kind}-{number})"


def _stand_in_url(pseudonym: re.Match[str]) -> str:
    return _stand_in(pseudonym).partition(" ")[0]


def _reference(character: str) -> str:
    return f"&#{ord(character)};"
