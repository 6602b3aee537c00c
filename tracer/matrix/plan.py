"""What is to be recorded: the units of a matrix, without the rounds that an earlier run has done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from msgspec.structs import replace

from tracer.matrix import done
from tracer.matrix.cells import Cell
from tracer.matrix.suites import Suite
from tracer.matrix.units import AGAIN, FIRST, ROUNDS, Round, Unit
from tracer.model import Recording

__all__ = ["Plan", "make_plan"]


@dataclass
class Plan:
    """The units of a matrix in the order in which they are begun, and what is known of each so far.

    ``recordings`` and ``problems`` are by key of the unit, round and name of the command; the name of a
    problem with the unit as a whole is empty.
    """

    units: list[Unit]
    recordings: dict[tuple[str, Round], dict[str, Recording]] = field(default_factory=dict)
    problems: dict[tuple[str, Round], dict[str, str]] = field(default_factory=dict)
    done: set[tuple[str, Round]] = field(default_factory=set)

    @property
    def todo(self) -> list[Unit]:
        """The units with only those rounds that are not done, if any."""
        left = [(unit, self.left(unit)) for unit in self.units]
        return [replace(unit, rounds=rounds) for unit, rounds in left if rounds]

    def left(self, unit: Unit) -> tuple[Round, ...]:
        """The rounds of ``unit`` that are not done."""
        return tuple(number for number in ROUNDS if (unit.key, number) not in self.done)

    def cells(self) -> list[Cell]:
        """A cell for each command on each release with each client, and one for what else went wrong."""
        return [cell for unit in self.units for cell in self._cells(unit)]

    def _cells(self, unit: Unit) -> list[Cell]:
        first, again = (self.recordings.get((unit.key, number), {}) for number in ROUNDS)
        problems = self.problems.get((unit.key, AGAIN), {}) | self.problems.get((unit.key, FIRST), {})
        cells = [
            Cell(
                unit.release,
                unit.client,
                one.name,
                first.get(one.name),
                again.get(one.name),
                problems.get(one.name, ""),
                one.fails,
            )
            for one in unit.suite.commands
        ]
        if "" in problems:
            cells.append(Cell(unit.release, unit.client, f"({unit.suite.name})", problem=problems[""]))
        return cells


def make_plan(
    out: Path,
    releases: Sequence[str],
    suites: Sequence[Suite],
    clients: Sequence[str] = (),
    *,
    fresh: bool = False,
) -> Plan:
    """Each of ``suites`` on each of ``releases``, with each of ``clients`` or, without any, its own.

    What is done already in the folder ``out`` is not to be done again, unless ``fresh``.
    """
    units = [
        Unit(release=release, client=client, suite=suite)
        for release in releases
        for client in clients or [release]
        for suite in suites
    ]
    plan = Plan(units)
    for unit in units:
        for number in ROUNDS:
            found = None if fresh else done.recordings(out, unit, number)
            if found is not None:
                plan.recordings[unit.key, number] = found
                plan.done.add((unit.key, number))
    return plan
