"""How time and memory grow with the exchanges of a recording, step by step."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tests.benchmarks.growing import kept
from tests.benchmarks.long_runs import changed, long_run
from tests.benchmarks.plot import Line, plot
from tests.benchmarks.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["run"]

_SIZES = (10, 100, 1_000, 10_000)
_TOLD_FROM = 0.01  # seconds: shorter times say nothing of growth
_MOST_DRAWN = 100  # exchanges: the engine takes seconds for each part of 60 messages


class _Case(NamedTuple):
    """A step of the table, what ``growing`` calls it, and the kind of recording."""

    step: str
    action: str
    kind: str


_CASES = [
    _Case("comparison", "compare", "mixed"),
    _Case("comparison", "compare", "pages"),
    _Case("diagram", "diagram", "mixed"),
    _Case("diagram", "diagram", "pages"),
    _Case("diagram as SVG", "picture", "mixed"),
    _Case("matching", "label", "pages"),
    _Case("matching", "label", "strangers"),
    _Case("matching, command not known", "label-unnamed", "sequences"),
    _Case("page", "page", "mixed"),
    _Case("page", "page", "pages"),
    _Case("scan", "scan", "mixed"),
    _Case("scan", "scan", "pages"),
]


class _Figure(NamedTuple):
    case: _Case
    size: int
    seconds: float
    mib: float


def run(scale: float, folder: Path) -> Table:
    """Each step on each size, in a process of its own."""
    sizes = [size for size in _SIZES if size <= max(_SIZES[1], _SIZES[-1] * scale)]
    measured = [
        figure
        for kind in dict.fromkeys(case.kind for case in _CASES)
        for size in sizes
        for figure in _measured(kind, size, max(_SIZES[0], _MOST_DRAWN * scale), folder)
    ]
    figures = sorted(measured, key=lambda one: (_CASES.index(one.case), one.size))
    by_case = {case: list(together) for case, together in groupby(figures, key=lambda one: one.case)}
    return Table(
        "Growth with the run",
        ["step", "run", "exchanges", "CPU s", "µs/exchange", "exponent", "peak, MiB"],
        [row for those in by_case.values() for row in _rows(those)],
        [_KINDS, "\n".join(map(_verdict, by_case.values())), _NOTE],
        picture=plot(
            "CPU time by the exchanges of a run",
            ("exchanges", "CPU time, seconds"),
            [
                Line(f"{case.step}, {case.kind}", [(one.size, one.seconds) for one in those])
                for case, those in by_case.items()
            ],
        ),
    )


_KINDS = (
    "Runs are made of messages that ship with the project, with IDs of their own in each. `pages`: one "
    "documented request again and again; `sequences`: a whole command again and again; `mixed`: requests of "
    "all commands in any order; `strangers`: requests that nothing documents, no two alike."
)
_NOTE = (
    "Each figure is from a process of its own: the CPU time of the step alone, the median of up to 5 rounds "
    "where it is short, and by how much the memory grew beyond that of the input. The exponent is that of "
    "growth since the size before; that of n log n falls from 1.30 to 1.10. Compared are a run and a second "
    "one in which one exchange in 20 is gone, one has changed places and one failed. A page tells of 300 "
    "exchanges and shows 10 parts of the diagram at most. The scan reads the file. The diagram as SVG "
    f"ends at {_MOST_DRAWN:,}: it is drawn in parts of 60 messages, each of which takes the engine as long."
)


def _measured(kind: str, size: int, most_drawn: float, folder: Path) -> Iterator[_Figure]:
    recording = long_run(kind, size)
    files = [folder / "run", folder / "changed"]
    kept(recording, files[0])
    kept(changed(recording), files[1])
    del recording
    for case in _CASES:
        if case.kind == kind and (case.action != "picture" or size <= most_drawn):
            command = [sys.executable, "-m", "tests.benchmarks.growing", case.action, *map(str, files)]
            done = subprocess.run(command, stdout=subprocess.PIPE, check=True, cwd=Path(__file__).parents[2])
            found = json.loads(done.stdout)
            yield _Figure(case, size, found["seconds"], found["mib"])


def _rows(figures: Sequence[_Figure]) -> Iterator[list[str]]:
    for before, one in zip([None, *figures[:-1]], figures, strict=True):
        yield [
            one.case.step,
            f"`{one.case.kind}`",
            f"{one.size:,}",
            f"{one.seconds:.4f}" if one.seconds < 1 else f"{one.seconds:.1f}",
            f"{1e6 * one.seconds / one.size:.0f}",
            "–" if before is None else f"{_exponent(before, one):.2f}",
            f"{one.mib:.1f}",
        ]


def _exponent(before: _Figure, one: _Figure) -> float:
    return math.log(one.seconds / before.seconds) / math.log(one.size / before.size)


def _verdict(figures: Sequence[_Figure]) -> str:
    """Whether a step grows no faster than n log n, from its figures."""
    case, told = figures[0].case, [one for one in figures if one.seconds >= _TOLD_FROM]
    name = f"- {case.step}, `{case.kind}`: "
    if len(told) < 2:
        return name + "too short to tell how it grows."
    first, last = told[0], told[-1]
    grown = last.seconds / first.seconds
    allowed = last.size * math.log(last.size) / (first.size * math.log(first.size))
    return (
        f"{name}{'no faster' if grown <= allowed else '**faster**'} than n log n: ×{grown:.0f} from "
        f"{first.size:,} to {last.size:,}, where n log n gives ×{allowed:.0f}."
    )
