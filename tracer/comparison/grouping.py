"""Groups of equal differences, across recordings and within one recording."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from tracer.comparison.differences import Difference, Suppressed
from tracer.comparison.volatile import skeleton
from tracer.findings import DIFFERENCE_SEVERITIES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = ["Line", "SharedDifferences", "difference_key", "general_place", "lines", "sections"]

D = TypeVar("D", Difference, Suppressed)

_REPETITION = re.compile(r"(\S+ \S+) \(\d+\)(?= → | · |$)")
_LONGEST = 4000
"""The longest value, in characters, that is compared without its IDs and times."""

Key = tuple[object, ...]
"""What similar differences have in common."""


class Line(NamedTuple, Generic[D]):
    """A difference that represents all similar differences.

    ``times`` is the largest number of them in one recording. Above 1, ``place`` lacks the number of a
    repetition. ``varies`` is true if not all of them have the values of ``difference``.
    """

    difference: D
    place: str
    times: int
    varies: bool


class SharedDifferences(NamedTuple, Generic[D]):
    """The differences that exactly these recordings share, the most severe first."""

    recordings: tuple[str, ...]
    lines: list[Line[D]]


class _Like(Generic[D]):
    """All differences that are similar to the first one."""

    def __init__(self, first: D) -> None:
        self.first: D = first
        self.counts: Counter[str] = Counter()
        self.varies = False

    def add(self, recording: str, difference: D) -> None:
        self.counts[recording] += 1
        self.varies = self.varies or (difference.before, difference.after) != (
            self.first.before,
            self.first.after,
        )

    @property
    def line(self) -> Line[D]:
        times = max(self.counts.values())
        location = self.first.place if times == 1 else general_place(self.first)
        return Line(self.first, location, times, self.varies)


def sections(rows: Sequence[tuple[str, Iterable[D]]]) -> list[SharedDifferences[D]]:
    """Group the differences of recordings by the set of recordings that share them. Large sets come first.

    Each row is the name of a recording with its differences.
    """
    groups: dict[Key, _Like[D]] = {}
    for recording, differences in rows:
        for difference in differences:
            groups.setdefault(_key(difference), _Like(difference)).add(recording, difference)
    shared: dict[tuple[str, ...], list[Line[D]]] = {}
    for like in groups.values():
        shared.setdefault(tuple(like.counts), []).append(like.line)
    order = {recording: position for position, (recording, _) in enumerate(rows)}
    return [
        SharedDifferences(recordings, sorted(inside, key=lambda line: _heaviness(line.difference)))
        for recordings, inside in sorted(
            shared.items(), key=lambda item: (-len(item[0]), [order[recording] for recording in item[0]])
        )
    ]


def lines(grouped: Iterable[SharedDifferences[D]]) -> Iterator[Line[D]]:
    """Return an iterator over the lines of all sections."""
    return (line for section in grouped for line in section.lines)


def difference_key(difference: Difference) -> Key:
    """Return what the difference has in common with the same difference in another recording."""
    return (
        general_place(difference),
        difference.kind,
        difference.severity,
        difference.why,
        _mask_volatile(difference.before),
        _mask_volatile(difference.after),
    )


def _key(difference: Difference | Suppressed) -> Key:
    if isinstance(difference, Suppressed):
        return general_place(difference), difference.kind, difference.reasons
    return *difference_key(difference), difference.due_to


def general_place(difference: Difference | Suppressed) -> str:
    """Return the place of the difference without the number of a repetition."""
    return (
        _REPETITION.sub(r"\1", difference.place, count=1)
        if difference.place.find(" (") > 0
        else difference.place
    )


def _mask_volatile(value: str | None) -> str | None:
    """Return a value without the IDs, times, and hosts that differ between recordings."""
    return value if value is None or len(value) > _LONGEST else skeleton(value, "")


def _heaviness(difference: Difference | Suppressed) -> int:
    return DIFFERENCE_SEVERITIES.index(difference.severity) if isinstance(difference, Difference) else 0
