"""Drives a matrix: submits the units that are to do, writes what they make, and tries lost ones again."""

from __future__ import annotations

import queue
from collections import Counter
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from tracer.cloud.cache import Progress
from tracer.errors import InputError, LeakError, LostError, RenderError, TracerError
from tracer.matrix import done
from tracer.matrix.plan import Plan
from tracer.matrix.pools import Pool
from tracer.matrix.units import ROUNDS, Made, Now, Round, Unit
from tracer.model import Recording
from tracer.output import write, write_parts
from tracer.recording import loads

__all__ = ["TRIES", "Draw", "Order", "drive"]

TRIES = 3
"""How often a unit is begun whose process, or worker, is lost."""

Draw = Callable[[Recording, str], list[str | bytes]]
Complain = Callable[[str], None]


@dataclass(frozen=True)
class Order:
    """What to make: the folder of the recordings, and the kinds of diagrams, which the first round gets."""

    out: Path
    diagrams: tuple[str, ...] = ()
    draw: Draw | None = None


class _Said(NamedTuple):
    unit: Unit
    what: Now | Made


class _Through(NamedTuple):
    unit: Unit
    future: Future[list[Made]]


def drive(plan: Plan, order: Order, pool: Pool, progress: Progress, complain: Complain) -> None:
    """Do what is to do of ``plan``, which is told of all that is made; ``complain`` of what goes wrong.

    What was recorded is written at once, and stays when this is interrupted. Raises OutputError where the
    disk won't take it.
    """
    _Drive(plan, order, pool, progress, complain).all()


class _Drive:
    def __init__(self, plan: Plan, order: Order, pool: Pool, progress: Progress, complain: Complain) -> None:
        self.plan = plan
        self.order = order
        self.pool = pool
        self.progress = progress
        self.complain = complain
        self.events: queue.Queue[_Said | _Through] = queue.Queue()
        self.tries: Counter[str] = Counter()
        self.doing: dict[str, tuple[Unit, str]] = {}
        self.total = sum(len(unit.suite.commands) * len(ROUNDS) for unit in plan.units)
        self.running = 0

    def all(self) -> None:
        for unit in self.plan.todo:
            self._submit(unit)
        while self.running:
            event = self.events.get()
            if isinstance(event, _Said):
                self._said(event.unit, event.what)
            else:
                self.running -= 1
                self._through(event.unit, event.future)

    def _submit(self, unit: Unit) -> None:
        for number in unit.rounds:
            self.plan.recordings.pop((unit.key, number), None)
            self.plan.problems.pop((unit.key, number), None)
            done.forget(self.order.out, unit, number)
        self.running += 1
        self.tries[unit.key] += 1
        future = self.pool.submit(unit, lambda what: self.events.put(_Said(unit, what)))
        future.add_done_callback(lambda ended: self.events.put(_Through(unit, ended)))

    def _said(self, unit: Unit, what: Now | Made) -> None:
        if isinstance(what, Made):
            self._take(unit, what)
        else:
            self.doing[unit.key] = (unit, what.text)
            self._show()

    def _show(self) -> None:
        recorded = sum(map(len, self.plan.recordings.values()))
        doing = "; ".join(f"{unit.where}: {text}" for unit, text in self.doing.values())
        self.progress(f"{recorded} of {self.total} · {doing}")

    def _take(self, unit: Unit, made: Made) -> None:
        """Write what a unit made, once: it may be told of it as it comes, and again with the result."""
        key = (unit.key, made.number)
        if made.name not in {"", *(command.name for command in unit.suite.commands)}:
            raise InputError(unit.title, f"its worker speaks of a command that it has not: {made.name!r}")
        known = {*self.plan.recordings.get(key, ()), *self.plan.problems.get(key, ())}
        if made.name in known or made.number not in unit.rounds:
            return
        problem = made.problem
        if made.name and made.recording:
            try:
                self._write(unit, made)
            except (InputError, LeakError, RenderError) as error:
                problem = problem or str(error)
        elif made.name:
            # What an earlier run made of it would pass for today's.
            unit.path(self.order.out, made.name, made.number).unlink(missing_ok=True)
        if problem:
            self.plan.problems.setdefault(key, {})[made.name] = problem
            again = " again" if made.number != ROUNDS[0] else ""
            self.complain(f"{unit.where} {made.name or unit.suite.name}{again}: {problem}")
        self._note(unit, made.number)

    def _note(self, unit: Unit, number: Round) -> None:
        key = (unit.key, number)
        names = {command.name for command in unit.suite.commands}
        if self.plan.recordings.get(key, {}).keys() == names and not self.plan.problems.get(key):
            done.note(self.order.out, unit, number)
            self.plan.done.add(key)
        elif key in self.plan.done:
            # Its clean-up failed, after all had been recorded.
            done.forget(self.order.out, unit, number)
            self.plan.done.remove(key)

    def _write(self, unit: Unit, made: Made) -> None:
        """What a worker sends is another's bytes: it must be a recording, and goes through the last gate."""
        recording = loads(made.recording, f"{unit.title} {made.name}")
        path = unit.path(self.order.out, made.name, made.number)
        write(path, made.recording)
        self.plan.recordings.setdefault((unit.key, made.number), {})[made.name] = recording
        if made.number == ROUNDS[0] and self.order.draw is not None:
            for kind in self.order.diagrams:
                write_parts(path.with_suffix(f".{kind}"), self.order.draw(recording, kind), tidy=True)

    def _through(self, unit: Unit, future: Future[list[Made]]) -> None:
        self.doing.pop(unit.key, None)
        try:
            for made in future.result():
                self._take(unit, made)
        except LostError as error:
            self._lost(unit, str(error))
        except (CancelledError, TracerError) as error:
            self._fail(unit, str(error) or "it was cancelled")
        except Exception as error:  # noqa: BLE001 - of a library, from another machine: told, and the others go on
            self._fail(unit, _reason(error))

    def _lost(self, unit: Unit, reason: str) -> None:
        left = replace(unit, rounds=self.plan.left(unit))
        if self.tries[unit.key] >= TRIES:
            self._fail(unit, f"{reason}; given up after {TRIES} tries")
        elif left.rounds:
            self.complain(f"{unit.title}: {reason}; trying again")
            self._submit(left)

    def _fail(self, unit: Unit, reason: str) -> None:
        self.complain(f"{unit.title}: {reason}")
        for number in self.plan.left(unit):
            self.plan.problems.setdefault((unit.key, number), {})[""] = reason


def _reason(error: Exception) -> str:
    kind = type(error).__name__
    if kind == "KilledWorker":
        return "the workers that were to record it died, one after the other"
    if kind in {"FutureCancelledError", "CommClosedError"}:
        return "the connection to the cluster was lost"
    if isinstance(error, ImportError):
        return f"a worker lacks this package in the same version ({error})"
    return f"{kind}: {error}"
