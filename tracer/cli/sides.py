"""What the words of ``tracer diff`` mean: recordings, folders, releases and ranges of releases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from tracer.errors import InputError

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
    elif (recordings / word).is_dir():
        yield Side(word, recordings / word)
    elif (ends := _ends(word)) is not None:
        yield from _range(*ends, recordings)
    else:
        raise InputError(word, _nothing(word, recordings))


def _ends(word: str) -> tuple[str, str] | None:
    """The releases at both ends of a range such as ``zed..2026.2``."""
    from tracer.cloud.releases import releases

    first, dots, last = word.partition("..")
    return (first, last) if dots and {first, last} <= releases().keys() else None


def _range(first: str, last: str, recordings: Path) -> Iterator[Side]:
    from tracer.sequences.releases import order

    for end in (first, last):
        if not (recordings / end).is_dir():
            raise InputError(end, _nothing(end, recordings))
    there = [name for name in _releases(recordings) if order(first) <= order(name) <= order(last)]
    if order(last) < order(first):
        raise InputError(f"{first}..{last}", f"runs backwards; {last} comes before {first}")
    yield from (Side(name, recordings / name) for name in there)


def _releases(recordings: Path) -> list[str]:
    """The releases that there are recordings of, oldest first."""
    from tracer.cloud.releases import releases

    return [name for name in releases() if (recordings / name).is_dir()]


def _nothing(word: str, recordings: Path) -> str:
    from tracer.cloud.releases import releases

    there = ", ".join(_releases(recordings)) or "none"
    if word in releases():
        return f"no recordings of this release in {recordings} (see --recordings); there are: {there}"
    return f"no such recording or folder, nor a release with recordings in {recordings}; there are: {there}"
