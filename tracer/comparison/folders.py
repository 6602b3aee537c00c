"""Which recordings of two folders are held against each other: those of the same place in them."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from tracer.comparison.comparing import NOTHING, Learned, compare, learn
from tracer.comparison.model import Comparison
from tracer.errors import InputError
from tracer.model import Recording
from tracer.recording import below, load, second

__all__ = ["Compared", "Couple", "Pairing", "compare_files", "pair"]


class Couple(NamedTuple):
    """Two recordings of one command; ``name`` is what both are called below their folders."""

    name: str
    before: Path
    after: Path


class Pairing(NamedTuple):
    """The recordings of two sides by their names: those that both have, and those that one has alone."""

    couples: list[Couple]
    only_before: list[str]
    only_after: list[str]


class Compared(NamedTuple):
    """A couple with all that was read of it, and what is different."""

    couple: Couple
    before: Recording
    after: Recording
    comparison: Comparison


def pair(before: Path, after: Path) -> Pairing:
    """Pair two recordings, or those of two folders by their paths below them.

    Second recordings (``again/``) are nobody's partner. Raises InputError where one side is a folder
    and the other is not, and where nothing is on both sides.
    """
    if before.is_dir() != after.is_dir():
        folder, other = (before, after) if before.is_dir() else (after, before)
        raise InputError(str(folder), f"is a folder, and {other} is a recording: name two of a kind")
    if not before.is_dir():
        name = after.stem if before.stem == after.stem else f"{before.stem} → {after.stem}"
        return Pairing([Couple(name, before, after)], [], [])
    ours, theirs = _named(before), _named(after)
    couples = [Couple(name, path, theirs[name]) for name, path in ours.items() if name in theirs]
    if not couples:
        raise InputError(str(before), f"no recording in it is called as one in {after}")
    return Pairing(
        couples, [name for name in ours if name not in theirs], [n for n in theirs if n not in ours]
    )


def compare_files(couple: Couple, *, strict: bool = False) -> Compared:
    """Compare two recordings, with what their second recordings tell of what is volatile.

    Raises InputError for one that cannot be read.
    """
    before, after = load(couple.before), load(couple.after)
    learned = NOTHING
    if not strict:
        learned = _learned(couple.before, before, couple.after) | _learned(couple.after, after, couple.before)
    return Compared(couple, before, after, compare(before, after, learned, strict=strict))


def _named(folder: Path) -> dict[str, Path]:
    return {
        path.relative_to(folder).with_suffix("").as_posix(): path for path in below([folder], again=False)
    }


def _learned(path: Path, first: Recording, other: Path) -> Learned:
    again = second(path)
    if again is None or again.samefile(other):
        return NOTHING  # two that are held against each other do not explain themselves
    return learn(first, load(again))
