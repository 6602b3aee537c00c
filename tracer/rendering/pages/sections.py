"""The sections of a page, and the digests of their blocks.

A section begins at a heading with an anchor, ``## Output { #output }``. It consists of blocks: the heading,
paragraphs, lists, blocks of code.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

__all__ = ["Section", "block_digest", "digests", "is_message", "split"]

_HEADING = re.compile(r"#{1,6} (?P<title>.*?) *\{ #(?P<anchor>[\w.-]+) (?P<more>(?:[^{}]* )?)\}\s*")
# A line with backticks after the marks is no fence, but code in a line (CommonMark 0.31, section 4.5).
_FENCE = re.compile(r"\s*(?P<marks>`{3,}(?=[^`]*$)|~{3,})(?P<rest>.*)")
# The numbers of messages, and the anchors made of them, change if the run gets a message more.
_NUMBERED = re.compile(r"m[0-9]+")
_NUMBERS = re.compile(r"(?:\([0-9]+\),? )+")
_TITLE = 60


class Section(NamedTuple):
    """A section: its anchor, empty for the text before the first heading, and its blocks."""

    anchor: str
    blocks: list[str]

    @property
    def title(self) -> str:
        """The text of the heading; empty if the section has none."""
        heading = _HEADING.fullmatch(self.blocks[0].strip("\n")) if self.blocks else None
        return heading["title"][:_TITLE] if heading else ""


def split(text: str, anchors: Collection[str] | None = None) -> list[Section]:
    """Return the sections of a page in order. The first section has no anchor, and may have no blocks.

    With ``anchors``, other headings are part of the section before them. So is a second heading with the same
    anchor. The blocks contain the blank lines after them.
    """
    sections = [Section("", [])]
    seen: set[str] = set()
    for block in _blocks(text):
        heading = _HEADING.fullmatch(block.strip("\n"))
        anchor = heading["anchor"] if heading else ""
        if anchor and anchor not in seen and (anchors is None or anchor in anchors):
            seen.add(anchor)
            sections.append(Section(anchor, []))
        sections[-1].blocks.append(block)
    return sections


def digests(text: str) -> dict[str, str]:
    """Return the digests of a generated page's blocks, in one text for each section, by anchor."""
    return {section.anchor: " ".join(map(block_digest, section.blocks)) for section in split(text)}


def block_digest(block: str) -> str:
    """Return the digest of a block. The numbers in the heading of a message do not count."""
    text = block.strip("\n")
    heading = _HEADING.fullmatch(text)
    if heading and is_message(heading["anchor"]):
        marks, title = text[: heading.start("title")], _NUMBERS.sub("(…) ", heading["title"], count=1)
        text = f"{marks}{title} {heading['more']}"
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def is_message(anchor: str) -> bool:
    """Return whether ``anchor`` is the anchor of a message: ``m1``."""
    return bool(_NUMBERED.fullmatch(anchor))


def _blocks(text: str) -> Iterator[str]:
    """Yield the blocks of a page with the blank lines after them. A heading is a block of its own."""
    block: list[str] = []
    fence = ""
    for line in text.splitlines(keepends=True):
        between = not (block and block[-1].strip()) or _is_heading(line) or _is_heading(block[0])
        if block and line.strip() and not fence and between:
            yield "".join(block)
            block = []
        marks = _FENCE.fullmatch(line.rstrip("\n"))
        if marks and not fence:
            fence = marks["marks"]
        elif marks and marks["marks"].startswith(fence) and not marks["rest"].strip():
            fence = ""
        block.append(line)
    if block:
        yield "".join(block)


def _is_heading(line: str) -> bool:
    return bool(_HEADING.fullmatch(line.rstrip("\n")))
