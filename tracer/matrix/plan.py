"""The plan of a matrix: its units, without the rounds that an earlier matrix has finished."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from msgspec.structs import replace

from tracer.errors import InputError
from tracer.matrix import done
from tracer.matrix.cells import Cell
from tracer.matrix.crossing import without_requests
from tracer.matrix.units import AGAIN, FIRST, ROUNDS, Round, Unit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tracer.matrix.problems import Problem
    from tracer.matrix.suites import Suite
    from tracer.model import Recording

__all__ = ["MatrixPlan", "make_plan"]


@dataclass
class MatrixPlan:
    """The units of a matrix in the order of their start, and their results so far.

    The keys of ``recordings``, ``problems`` and ``unavailable`` are the key of the unit and the round, then
    the name of the entry. The name of a problem with the whole unit is empty. ``unavailable`` has the reasons
    for entries with a role that the cloud does not have. ``done`` holds the finished rounds.
    """

    units: list[Unit]
    recordings: dict[tuple[str, Round], dict[str, Recording]] = field(default_factory=dict)
    problems: dict[tuple[str, Round], dict[str, tuple[Problem, ...]]] = field(default_factory=dict)
    unavailable: dict[tuple[str, Round], dict[str, str]] = field(default_factory=dict)
    done: set[tuple[str, Round]] = field(default_factory=set)

    @property
    def todo(self) -> list[Unit]:
        """Return the units that have unfinished rounds, with only these rounds."""
        left = [(unit, self.left(unit)) for unit in self.units]
        return [replace(unit, rounds=rounds) for unit, rounds in left if rounds]

    def left(self, unit: Unit) -> tuple[Round, ...]:
        """Return the unfinished rounds of ``unit``."""
        return tuple(number for number in ROUNDS if (unit.key, number) not in self.done)

    def cells(self) -> list[Cell]:
        """Return a cell for each entry on each release with each client as each of its roles.

        A problem with a whole unit has a cell of its own.
        """
        return [cell for unit in self.units for cell in self._cells(unit)]

    def _cells(self, unit: Unit) -> list[Cell]:
        first, again = (self.recordings.get((unit.key, number), {}) for number in ROUNDS)
        problems = self.problems.get((unit.key, AGAIN), {}) | self.problems.get((unit.key, FIRST), {})
        unavailable = self.unavailable.get((unit.key, FIRST), {})
        cells = [
            Cell(
                unit.release,
                unit.client,
                entry.name,
                first.get(entry.name),
                again.get(entry.name),
                problems.get(entry.name, ()),
                entry.fails,
                role=entry.role,
                statuses=entry.statuses,
                unavailable=unavailable.get(entry.name, ""),
            )
            for entry in unit.suite.entries
        ]
        if "" in problems:
            cells.append(Cell(unit.release, unit.client, f"({unit.suite.name})", problems=problems[""]))
        return cells


def make_plan(
    out: Path,
    releases: Sequence[str],
    suites: Sequence[Suite],
    clients: Mapping[str, Sequence[str]] | None = None,
    *,
    fresh: bool = False,
) -> MatrixPlan:
    """Return the plan for each of ``suites`` on each of ``releases``.

    ``clients`` are those of each release; by default, each release has its own client. Other clients are used
    for the commands alone. Rounds that are finished in the folder ``out`` are not recorded again, unless
    ``fresh`` is true. Raises InputError if there is nothing to record.
    """
    units = [
        Unit(release=release, client=client, suite=recorded)
        for release in releases
        for client in (clients[release] if clients else [release])
        for suite in suites
        if (recorded := suite if client == release else without_requests(suite)) is not None
    ]
    if not units:
        raise InputError("--clients", "the suite has only requests, which need the cloud's own client")
    plan = MatrixPlan(units)
    for unit in units:
        for number in ROUNDS:
            finished = None if fresh else done.finished(out, unit, number)
            if finished is not None:
                plan.recordings[unit.key, number] = finished.recordings
                plan.unavailable[unit.key, number] = finished.unavailable
                plan.done.add((unit.key, number))
    return plan
