"""Count the private language of a checkout: relative clauses in texts, vague names in code."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["Count", "count_docstrings", "count_names", "count_prose"]

RELATIVES = frozenset({"what", "who", "whom", "whoever", "whatever", "whose"})
OPENINGS = RELATIVES | {"where", "whether", "how", "which"}
VAGUE = frozenset(
    {"one", "other", "found", "made", "said", "told", "held", "kept", "known", "place", "ours", "theirs"}
)


class Count(NamedTuple):
    """How many of ``total`` things are such as are counted."""

    number: int
    total: int

    @property
    def share(self) -> float:
        return self.number / max(self.total, 1)


def count_docstrings(root: Path) -> tuple[Count, Count]:
    """Return the relatives among the words of docstrings, and the docstrings that begin with one."""
    texts = [_words(text) for tree in _trees(root) for text in _docstrings(tree)]
    words = [word for text in texts for word in text]
    return (
        Count(sum(word in RELATIVES for word in words), len(words)),
        Count(sum(text[0] in OPENINGS for text in texts), len(texts)),
    )


def count_names(root: Path) -> Count:
    """Return the vague names among all bindings."""
    names = [name for tree in _trees(root) for name in _bindings(tree)]
    return Count(sum(name in VAGUE for name in names), len(names))


def count_prose(root: Path) -> Count:
    """Return the relatives among the words of README, CHANGELOG and docs, without code."""
    pages = [root / "README.md", root / "CHANGELOG.md", *sorted((root / "docs").rglob("*.md"))]
    words = [word for page in pages for word in _words(re.sub(r"`[^`]*`", "", page.read_text("utf-8")))]
    return Count(sum(word in RELATIVES for word in words), len(words))


def _trees(root: Path) -> Iterator[ast.Module]:
    for folder in ("tracer", "addons"):
        for path in sorted((root / folder).rglob("*.py")):
            yield ast.parse(path.read_text("utf-8"))


def _docstrings(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            text = ast.get_docstring(node) or ""
            if _words(text):
                yield text


def _bindings(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def _words(text: str) -> list[str]:
    return [word.lower() for word in re.findall(r"[A-Za-z]+", text)]
