"""Two folders of outputs compared byte for byte, with a list of intended differences."""

from __future__ import annotations

import difflib
import fnmatch
import re
import tomllib
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

__all__ = ["Difference", "Intention", "compare", "load_intentions"]

_PLACES = re.compile(rb"/(?:[\w.+-]+/)*golden-[\w-]+/(?:old|new)(?=[/\"' :;,)\]}]|$)")
"""The folder of one side, in what a command prints of its files."""


class Difference(NamedTuple):
    """An output that differs. ``lines`` are those of a unified diff without its head."""

    name: str
    lines: list[str]


class Intention(NamedTuple):
    """A difference that a change intends: names of outputs, and an expression for every changed line."""

    outputs: str
    lines: re.Pattern[str]
    reason: str

    def covers(self, difference: Difference) -> bool:
        """Return whether the output has this name and all its changed lines match."""
        return fnmatch.fnmatchcase(difference.name, self.outputs) and all(
            self.lines.search(line[1:]) for line in difference.lines if line[:1] in "+-"
        )


def load_intentions(path: Path) -> list[Intention]:
    """Read a TOML file of ``[[intended]]`` tables with ``outputs``, ``lines`` and ``reason``."""
    entries = tomllib.loads(path.read_text(encoding="utf-8")).get("intended", [])
    return [Intention(entry["outputs"], re.compile(entry["lines"]), entry["reason"]) for entry in entries]


def compare(old: Path, new: Path) -> Iterator[Difference]:
    """Yield the outputs that differ or that one side lacks, in the order of their names."""
    for name in sorted({*_names(old), *_names(new)}):
        before, after = _read(old / name), _read(new / name)
        if before != after:
            yield Difference(name, _changed_lines(before, after))


def _names(folder: Path) -> Iterable[str]:
    return (str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def _read(path: Path) -> bytes | None:
    return _PLACES.sub(b"FOLDER", path.read_bytes()) if path.exists() else None


def _changed_lines(before: bytes | None, after: bytes | None) -> list[str]:
    if before is None or after is None:
        return ["+ (a new output)" if before is None else "- (the output is gone)"]
    old, new = (content.decode("utf-8", "replace").splitlines() for content in (before, after))
    return list(difflib.unified_diff(old, new, lineterm="", n=0))[2:]
