"""Parts of Markdown pages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tests.ci.reference.translation import Frames

__all__ = ["code", "head", "join", "prose", "table"]

_CODE = re.compile(r"`[^`]*`")
_WORDS = re.compile(
    r"(?<![\w/`-])(--?[a-z][\w-]*(?:=\w+)?|[A-Z]{3,}(?:_[A-Z]+)+|\*\.\w+|\$\w+)(?![\w`])", re.ASCII
)


def head(say: Frames, name: str, title: str) -> str:
    """Return the beginning of a page: title, link to the other language, and origin."""
    return join(f"# {title}", say("other_language", name=name), say("generated"))


def join(*blocks: str) -> str:
    """Return the blocks with an empty line between them."""
    return "\n\n".join(filter(None, blocks))


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; cells are Markdown in one line."""
    lines = [header, ["---"] * len(header), *rows]
    # Renderers of Markdown do not agree on a "|" in code.
    assert not any("|" in cell for cells in lines for cell in cells), "a cell contains no |"
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def code(text: str) -> str:
    """Return ``text`` as code, empty for an empty text."""
    return f"`{text}`" if text else ""


def prose(text: str) -> str:
    """Return a help text as Markdown: options, variables and names with a wild card become code."""
    parts = re.split(r"(`[^`]*`)", text)
    return "".join(part if _CODE.fullmatch(part) else _escaped(_WORDS.sub(r"`\1`", part)) for part in parts)


def _escaped(text: str) -> str:
    return text.replace("<", "&lt;").replace("*,", r"\*,")
