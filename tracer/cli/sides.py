"""The sides of ``tracer diff``: recordings, folders, releases and ranges of releases."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tracer import archives
from tracer.errors import InputError
from tracer.recording import folders_of
from tracer.releases import PATTERN, canonical, order

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["Side", "find_sides"]


class Side(NamedTuple):
    """One side of a comparison: its name, and the path of its recording or folder.

    A release has two paths if it has a folder and an archive.
    """

    name: str
    paths: tuple[Path, ...]


def find_sides(words: Sequence[str], recordings: Path) -> list[Side]:
    """Return the sides that ``words`` name, in order. Releases are folders and archives in ``recordings``.

    Raises InputError for a word that names no side, and for fewer than two sides.
    """
    sides = [side for word in words for side in _sides(word, recordings)]
    if len(sides) < 2:
        raise InputError(" ".join(words), "one side alone: name two recordings, folders or releases")
    return sides


def _sides(word: str, recordings: Path) -> Iterator[Side]:
    path = Path(word)
    if archives.exists(path):
        yield Side(word.rstrip("/") or word, (path,))
    elif (named := _named(word, recordings)) is not None:
        yield named
    elif (ends := _ends(word)) is not None:
        yield from _range(*ends, recordings)
    else:
        raise InputError(word, _nothing(word, recordings))


def _named(word: str, recordings: Path) -> Side | None:
    """Return the side of the release ``word``, by either of its names, or None without recordings."""
    for name in (word, canonical(word)):
        if paths := folders_of(recordings / name):
            return Side(name, paths)
    return None


def _ends(word: str) -> tuple[str, str] | None:
    """Return the first and last release of a range such as ``zed..2026.2``, or None for other words."""
    first, dots, last = word.partition("..")
    ends = canonical(first), canonical(last)
    return ends if dots and all(map(_is_release, ends)) else None


def _range(first: str, last: str, recordings: Path) -> Iterator[Side]:
    if order(last) < order(first):
        raise InputError(f"{first}..{last}", f"runs backwards; {last} comes before {first}")
    for end in (first, last):
        if not folders_of(recordings / end):
            raise InputError(end, _nothing(end, recordings))
    for name in _releases(recordings):
        if order(first) <= order(name) <= order(last):
            yield Side(name, folders_of(recordings / name))


def _releases(recordings: Path) -> list[str]:
    """Return the names of the releases with a folder or an archive in ``recordings``, oldest first."""
    if not recordings.is_dir():
        return []
    names = {archives.folder_name(path) for path in recordings.iterdir() if archives.is_folder(path)}
    return sorted(filter(_is_release, names), key=order)


def _is_release(word: str) -> bool:
    return re.fullmatch(PATTERN, word) is not None


def _nothing(word: str, recordings: Path) -> str:
    there = ", ".join(_releases(recordings)) or "none"
    if _is_release(canonical(word)):
        return f"no recordings of this release in {recordings} (see --recordings); there are: {there}"
    return f"no such recording or folder, nor a release with recordings in {recordings}; there are: {there}"
