"""File names from untrusted text."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["first_free", "is_part", "part_name", "safe_name"]

Name = TypeVar("Name")

_RESERVED = re.compile(r"(?i)(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?")
_LONGEST_NAME = 120  # bytes; leaves room for a suffix, as file systems allow 255


def safe_name(text: str) -> str:
    """Return a file name for any text: one path component, visible, portable, at most 120 bytes of UTF-8.

    >>> safe_name("../../etc/passwd")
    'etc-passwd'
    """
    name = unicodedata.normalize("NFKC", text)
    name = "".join(c if c.isalnum() or c in "._-" else "-" for c in name)
    name = re.sub(r"[.-]*-[.-]*", "-", name)
    name = re.sub(r"\.+", ".", name).strip(".-_")
    name = name.encode()[:_LONGEST_NAME].decode(errors="ignore").rstrip(".-_")
    if not name:
        return "unnamed"
    if not _RESERVED.fullmatch(name):
        return name
    stem, dot, extension = name.partition(".")
    return f"{stem}_{dot}{extension}"


def first_free(numbered: Callable[[int], Name], is_taken: Callable[[Name], bool]) -> Name:
    """Return the first free name of ``numbered(1)``, ``numbered(2)``, and so on.

    A binary search finds the number, as a long-lived proxy writes thousands of runs of one name. If a number
    below is free, too, the result may be a later free name.
    """
    taken, free = 0, 1
    while is_taken(numbered(free)):
        taken, free = free, 2 * free
    while free - taken > 1:
        middle = (taken + free) // 2
        if is_taken(numbered(middle)):
            taken = middle
        else:
            free = middle
    return numbered(free)


def part_name(path: Path, number: int) -> Path:
    """Return the path of a part of ``path``: ``x-part2.svg`` for part 2 of ``x.svg``."""
    return path.with_name(f"{path.stem}-part{number}{path.suffix}")


def is_part(path: Path, whole: Path) -> bool:
    """Return whether ``path`` is the path of a part of ``whole``."""
    match = re.fullmatch(r"(?s)(.*)-part[1-9]\d*", path.stem)
    same_folder = path.parent.absolute().resolve() == whole.parent.absolute().resolve()
    return match is not None and same_folder and (match[1], path.suffix) == (whole.stem, whole.suffix)
