"""Pairs of recordings in two folders, by their relative paths."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tracer import archives
from tracer.comparison.comparing import compare, learn
from tracer.comparison.crossings import attributed, attributed_requests, find_crossing
from tracer.comparison.learned import NOTHING, Learned
from tracer.comparison.release_reasons import with_reasons
from tracer.errors import InputError
from tracer.recording import is_client_folder, load, named, second
from tracer.sequences import is_request_line, relabel

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tracer.comparison.differences import Comparison
    from tracer.model import Recording
    from tracer.sequences import Sequence as Documented

__all__ = ["Compared", "Couple", "Pairing", "compare_files", "pair"]


class Couple(NamedTuple):
    """Two recordings of one command. ``name`` is their relative path without its extension."""

    name: str
    before: Path
    after: Path


class Pairing(NamedTuple):
    """The recordings of two sides by name: couples, and names that only one side has."""

    couples: list[Couple]
    only_before: list[str]
    only_after: list[str]


class Compared(NamedTuple):
    """A couple with its two recordings and their comparison."""

    couple: Couple
    before: Recording
    after: Recording
    comparison: Comparison


def pair(before_side: Sequence[Path], after_side: Sequence[Path]) -> Pairing:
    """Pair two recordings, or the recordings of two folders by relative path.

    A side is one path, or a folder and the archive beside it. Second recordings (``again/``) are ignored, and
    so are those with another release's client (``client-zed/``) if there is one with the cloud's own client.
    Raise InputError if only one side is a folder, or if the folders have no name in common.
    """
    before, after = before_side[0], after_side[0]
    is_folder = archives.is_folder(before)
    if is_folder != archives.is_folder(after):
        folder, recording = (before, after) if is_folder else (after, before)
        raise InputError(str(folder), f"is a folder, and {recording} is a recording: name two of a kind")
    if not is_folder:
        name = after.stem if before.stem == after.stem else f"{before.stem} → {after.stem}"
        return Pairing([Couple(name, before, after)], [], [])
    paths_before, paths_after = _own(named(before_side)), _own(named(after_side))
    couples = [
        Couple(name, path, paths_after[name]) for name, path in paths_before.items() if name in paths_after
    ]
    if not couples:
        raise InputError(str(before), f"no recording in it is called as one in {after}")
    return Pairing(
        couples,
        [name for name in paths_before if name not in paths_after],
        [name for name in paths_after if name not in paths_before],
    )


def _own(paths: dict[str, Path]) -> dict[str, Path]:
    """Return the recordings without those that a recording with the cloud's own client stands for."""
    return {
        name: path for name, path in paths.items() if (own := _own_name(name)) == name or own not in paths
    }


def _own_name(name: str) -> str:
    """Return the name of the recording of the same command with the cloud's own client."""
    *folders, last = name.split("/")
    return "/".join([*(folder for folder in folders if not is_client_folder(folder)), last])


def compare_files(couple: Couple, *, strict: bool = False, sequence: Documented | None = None) -> Compared:
    """Compare two recordings. If they differ, use their second recordings to find volatile values.

    With ``sequence``, match the recordings with it again. Raise InputError for a recording that cannot be
    read.
    """
    before, after = (relabel(load(path), sequence) for path in (couple.before, couple.after))
    comparison, learned = compare(before, after, strict=strict), NOTHING
    if comparison.differences and not strict:
        learned = _learned(couple.before, before, couple.after, sequence)
        learned |= _learned(couple.after, after, couple.before, sequence)
        comparison = compare(before, after, learned)
    compared = Compared(couple, before, after, comparison)
    comparison = _attributed(compared, learned, sequence, strict=strict)
    return compared._replace(comparison=with_reasons(comparison, before, after))


def _attributed(
    compared: Compared, learned: Learned, sequence: Documented | None, *, strict: bool
) -> Comparison:
    """Return the comparison with what each difference is due to, if recordings tell."""
    couple, before, after, comparison = compared
    if not comparison.differences:
        return comparison
    if all(is_request_line(each.command or "") for each in (before, after)):
        return attributed_requests(comparison)
    crossing = find_crossing(couple.before, couple.after)
    if crossing is None:
        return comparison
    other_client, other_cloud = (relabel(load(path), sequence) for path in crossing)
    if not strict:
        learned |= _learned(crossing.other_client, other_client, couple.after, sequence)
        learned |= _learned(crossing.other_cloud, other_cloud, couple.after, sequence)
    return attributed(comparison, before, other_client, other_cloud, learned, strict=strict)


def _learned(path: Path, first: Recording, counterpart: Path, sequence: Documented | None) -> Learned:
    again = second(path)
    if again is None or archives.same_file(again, counterpart):
        return NOTHING  # the difference to explain cannot be its own evidence
    return learn(first, relabel(load(again), sequence))
