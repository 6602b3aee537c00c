"""The driver of a matrix: it submits the units, writes their recordings, and repeats lost units."""

from __future__ import annotations

import queue
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from tracer.errors import InputError, LeakError, LostError, RenderError
from tracer.matrix import done
from tracer.matrix.problems import Complaint, Problem, problem_of
from tracer.matrix.units import ROUNDS, CommandResult, Now, Round, Unit
from tracer.recording import loads
from tracer.storage import write, write_parts

if TYPE_CHECKING:
    from concurrent.futures import Future
    from pathlib import Path

    from tracer.cloud.cache import Progress
    from tracer.matrix.plan import MatrixPlan
    from tracer.matrix.pools import Pool
    from tracer.runs.settings import Draw

__all__ = ["TRIES", "MatrixOutput", "drive"]

TRIES = 3
"""The number of attempts for a unit, if its process or worker is lost."""

Complain = Callable[[Complaint], None]


@dataclass(frozen=True)
class MatrixOutput:
    """The wanted output: the folder of the recordings, and the kinds of diagrams of the first round."""

    out: Path
    diagrams: tuple[str, ...] = ()
    draw: Draw | None = None


class _Message(NamedTuple):
    unit: Unit
    content: Now | CommandResult


class _Through(NamedTuple):
    unit: Unit
    future: Future[list[CommandResult]]


def drive(plan: MatrixPlan, output: MatrixOutput, pool: Pool, progress: Progress, complain: Complain) -> None:
    """Record the remaining units of ``plan``, and add the recordings and problems to ``plan``.

    ``complain`` is called with each problem. Each recording is written at once, and stays after an
    interruption. Raises OutputError if a recording cannot be written, unless it is part of the result of a
    unit: then this is a problem of the unit.
    """
    _Drive(plan, output, pool, progress, complain).all()


class _Drive:
    def __init__(
        self, plan: MatrixPlan, output: MatrixOutput, pool: Pool, progress: Progress, complain: Complain
    ) -> None:
        self.plan = plan
        self.output = output
        self.pool = pool
        self.progress = progress
        self.complain = complain
        self.events: queue.Queue[_Message | _Through] = queue.Queue()
        self.tries: Counter[str] = Counter()
        self.doing: dict[str, tuple[Unit, str]] = {}
        self.total = sum(len(unit.suite.entries) * len(ROUNDS) for unit in plan.units)
        self.running = 0

    def all(self) -> None:
        for unit in self.plan.todo:
            self._submit(unit)
        while self.running:
            event = self.events.get()
            if isinstance(event, _Message):
                self._handle_message(event.unit, event.content)
            else:
                self.running -= 1
                self._through(event.unit, event.future)

    def _submit(self, unit: Unit) -> None:
        for number in unit.rounds:
            self.plan.recordings.pop((unit.key, number), None)
            self.plan.problems.pop((unit.key, number), None)
            self.plan.unavailable.pop((unit.key, number), None)
            done.forget(self.output.out, unit, number)
        self.running += 1
        self.tries[unit.key] += 1
        future = self.pool.submit(unit, lambda content: self.events.put(_Message(unit, content)))
        future.add_done_callback(lambda ended: self.events.put(_Through(unit, ended)))

    def _handle_message(self, unit: Unit, content: Now | CommandResult) -> None:
        if isinstance(content, CommandResult):
            self._take(unit, content)
        else:
            self.doing[unit.key] = (unit, content.text)
            self._show()

    def _show(self) -> None:
        recorded = sum(map(len, self.plan.recordings.values()))
        doing = "; ".join(f"{unit.where}: {text}" for unit, text in self.doing.values())
        self.progress(f"{recorded} of {self.total} · {doing}")

    def _take(self, unit: Unit, result: CommandResult) -> None:
        """Write the recording of an entry and note its problem, only once.

        It may come twice: as an event and with the result of the unit.
        """
        key = (unit.key, result.number)
        if result.name not in {"", *(entry.name for entry in unit.suite.entries)}:
            raise InputError(unit.title, f"its worker speaks of a command that it has not: {result.name!r}")
        reported = {*self.plan.recordings.get(key, ()), *self.plan.problems.get(key, ())}
        if result.name in reported or result.number not in unit.rounds:
            return
        problems = result.problems
        if result.name and result.recording:
            try:
                self._write(unit, result)
            except (InputError, LeakError, RenderError) as error:
                problems = problems or (problem_of(error),)
        elif result.name:
            # The recording of an earlier matrix would pass for a new recording.
            unit.path(self.output.out, result.name, result.number).unlink(missing_ok=True)
        if result.unavailable:
            self.plan.unavailable.setdefault(key, {})[result.name] = result.unavailable
        if problems:
            self.plan.problems.setdefault(key, {})[result.name] = problems
        for problem in problems:
            self.complain(Complaint(unit, problem, result.name, again=result.number != ROUNDS[0]))
        self._note(unit, result.number)

    def _note(self, unit: Unit, number: Round) -> None:
        key = (unit.key, number)
        names = {entry.name for entry in unit.suite.entries}
        unavailable = self.plan.unavailable.get(key, {})
        known = {*self.plan.recordings.get(key, ()), *unavailable}
        if known == names and not self.plan.problems.get(key):
            done.note(self.output.out, unit, number, unavailable)
            self.plan.done.add(key)
        elif key in self.plan.done:
            # The clean-up failed after all commands had been recorded.
            done.forget(self.output.out, unit, number)
            self.plan.done.remove(key)

    def _write(self, unit: Unit, result: CommandResult) -> None:
        """Write a recording and its diagrams. Raise InputError if a worker did not send a valid recording.

        ``write`` looks for secrets once more, as the bytes may come from another machine.
        """
        recording = loads(result.recording, f"{unit.title} {result.name}")
        path = unit.path(self.output.out, result.name, result.number)
        write(path, result.recording)
        self.plan.recordings.setdefault((unit.key, result.number), {})[result.name] = recording
        if result.number == ROUNDS[0] and self.output.draw is not None:
            drawer = self.output.draw(recording)
            for kind in self.output.diagrams:
                write_parts(path.with_suffix(f".{kind}"), drawer(kind), tidy=True)

    def _through(self, unit: Unit, future: Future[list[CommandResult]]) -> None:
        self.doing.pop(unit.key, None)
        try:
            for result in future.result():
                self._take(unit, result)
        except LostError as error:
            self._lost(unit, problem_of(error))
        except Exception as error:  # noqa: BLE001 - of a library, from another machine: reported; the others go on
            self._fail(unit, problem_of(error))

    def _lost(self, unit: Unit, problem: Problem) -> None:
        left = replace(unit, rounds=self.plan.left(unit))
        if self.tries[unit.key] >= TRIES:
            self._fail(unit, replace(problem, tries=TRIES))
        elif left.rounds:
            self.complain(Complaint(unit, problem, is_retried=True))
            self._submit(left)

    def _fail(self, unit: Unit, problem: Problem) -> None:
        self.complain(Complaint(unit, problem))
        for number in self.plan.left(unit):
            self.plan.problems.setdefault((unit.key, number), {})[""] = (problem,)
