"""What is different in many recordings, or again and again in one, is said once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Generic, NamedTuple, TypeVar

from tracer.comparison.model import Difference, Suppressed
from tracer.comparison.volatile import skeleton

__all__ = ["Line", "Section", "lines", "sections"]

D = TypeVar("D", Difference, Suppressed)

_REPETITION = re.compile(r"(\S+ \S+) \(\d+\)(?= → | · |$)")
_LONGEST = 4000
"""Characters of a value that are looked through for IDs and times; longer ones are compared as they are."""
_ORDER = {"breaking": 0, "additive": 1, "cosmetic": 2}

Key = tuple[object, ...]


class Line(NamedTuple, Generic[D]):
    """A difference for all that are like it.

    ``place`` is without the number of a repetition where it came several ``times`` in a recording.
    ``varies`` says that the values are not everywhere those of ``difference``.
    """

    difference: D
    place: str
    times: int
    varies: bool


class Section(NamedTuple, Generic[D]):
    """What is different in just these recordings, the heaviest first."""

    recordings: tuple[str, ...]
    lines: list[Line[D]]


class _Like(Generic[D]):
    """All differences that are like the first one of them."""

    def __init__(self, first: D) -> None:
        self.first: D = first
        self.counts: Counter[str] = Counter()
        self.varies = False

    def add(self, recording: str, other: D) -> None:
        self.counts[recording] += 1
        self.varies = self.varies or (other.before, other.after) != (self.first.before, self.first.after)

    @property
    def line(self) -> Line[D]:
        times = max(self.counts.values())
        place = self.first.place if times == 1 else _place(self.first)
        return Line(self.first, place, times, self.varies)


def sections(rows: Sequence[tuple[str, Iterable[D]]]) -> list[Section[D]]:
    """The differences of recordings, given by their names; what most of them share comes first."""
    found: dict[Key, _Like[D]] = {}
    for recording, differences in rows:
        for one in differences:
            found.setdefault(_key(one), _Like(one)).add(recording, one)
    shared: dict[tuple[str, ...], list[Line[D]]] = {}
    for like in found.values():
        shared.setdefault(tuple(like.counts), []).append(like.line)
    order = {recording: position for position, (recording, _) in enumerate(rows)}
    return [
        Section(recordings, sorted(inside, key=lambda line: _heaviness(line.difference)))
        for recordings, inside in sorted(
            shared.items(), key=lambda item: (-len(item[0]), [order[one] for one in item[0]])
        )
    ]


def lines(grouped: Iterable[Section[D]]) -> Iterator[Line[D]]:
    """All lines of the sections."""
    return (line for section in grouped for line in section.lines)


def _key(one: D) -> Key:
    if isinstance(one, Suppressed):
        return _place(one), one.kind, one.reasons
    return _place(one), one.kind, one.severity, one.why, _said(one.before), _said(one.after)


def _place(one: Difference | Suppressed) -> str:
    return _REPETITION.sub(r"\1", one.place, count=1) if one.place.find(" (") > 0 else one.place


def _said(value: str | None) -> str | None:
    """A value without the IDs, times and hosts that are others in each recording."""
    return value if value is None or len(value) > _LONGEST else skeleton(value, "")


def _heaviness(one: Difference | Suppressed) -> int:
    return _ORDER[one.severity] if isinstance(one, Difference) else 0
