"""What the words of ``tracer diff`` mean: recordings, folders, releases and ranges of releases."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from tracer.errors import InputError
from tracer.releasenames import PATTERN, canonical, order

__all__ = ["Side", "find_sides"]


class Side(NamedTuple):
    """One side of a comparison: what the user calls it, and the recording or folder that it is."""

    name: str
    path: Path


def find_sides(words: Sequence[str], recordings: Path) -> list[Side]:
    """The sides in their order; releases are folders below ``recordings``.

    Raises InputError for what is none, and for fewer than two.
    """
    sides = [side for word in words for side in _sides(word, recordings)]
    if len(sides) < 2:
        raise InputError(" ".join(words), "one side alone: name two recordings, folders or releases")
    return sides


def _sides(word: str, recordings: Path) -> Iterator[Side]:
    path = Path(word)
    if path.exists():
        yield Side(word.rstrip("/") or word, path)
    elif (named := _named(word, recordings)) is not None:
        yield named
    elif (ends := _ends(word)) is not None:
        yield from _range(*ends, recordings)
    else:
        raise InputError(word, _nothing(word, recordings))


def _named(word: str, recordings: Path) -> Side | None:
    """The release called ``word``, by either of its names."""
    for name in (word, canonical(word)):
        if (recordings / name).is_dir():
            return Side(name, recordings / name)
    return None


def _ends(word: str) -> tuple[str, str] | None:
    """The releases at both ends of a range such as ``zed..2026.2``."""
    first, dots, last = word.partition("..")
    ends = canonical(first), canonical(last)
    return ends if dots and all(map(_is_release, ends)) else None


def _range(first: str, last: str, recordings: Path) -> Iterator[Side]:
    if order(last) < order(first):
        raise InputError(f"{first}..{last}", f"runs backwards; {last} comes before {first}")
    for end in (first, last):
        if not (recordings / end).is_dir():
            raise InputError(end, _nothing(end, recordings))
    for name in _releases(recordings):
        if order(first) <= order(name) <= order(last):
            yield Side(name, recordings / name)


def _releases(recordings: Path) -> list[str]:
    """The releases that there are recordings of, oldest first."""
    if not recordings.is_dir():
        return []
    return sorted(
        (one.name for one in recordings.iterdir() if one.is_dir() and _is_release(one.name)), key=order
    )


def _is_release(word: str) -> bool:
    return re.fullmatch(PATTERN, word) is not None


def _nothing(word: str, recordings: Path) -> str:
    there = ", ".join(_releases(recordings)) or "none"
    if _is_release(canonical(word)):
        return f"no recordings of this release in {recordings} (see --recordings); there are: {there}"
    return f"no such recording or folder, nor a release with recordings in {recordings}; there are: {there}"
