"""Records a unit: its rounds, one after the other, on a cloud that is its own."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tracer.capture.command import Result, certificate, record
from tracer.capture.settings import Settings
from tracer.cloud import cache
from tracer.cloud.cloud import Cloud
from tracer.errors import CommandError, TracerError
from tracer.matrix.suites import Command, Recorded, Suite
from tracer.matrix.units import AGAIN, Made, Now, Round, Unit
from tracer.matrix.workplace import Workplace, failure

__all__ = ["Report", "record_unit"]

Report = Callable[[Now | Made], None]


def record_unit(unit: Unit, home: Path, report: Report) -> None:
    """Record ``unit`` on a cloud that is kept below ``home``, and ended again, whatever happens.

    A cloud of its own: what users do with theirs, and what other units do, would be seen in lists. ``report``
    is given what is done, and what was made of each command as soon as it has run. A command that fails is
    made with a problem, and the others still run. Raises CloudError where there is no cloud,
    KeyboardInterrupt where a command was stopped.
    """

    def say(text: str) -> None:
        report(Now(text))

    authority = cache.folder() / "ca"
    with cache.locked(cache.folder(), "ca", say):
        certificate(authority)
    cloud = Cloud(unit.release, apart=home)
    try:
        cloud.up(say)
        environment = cloud.client_environment(os.environ, say, client=unit.client)
        for number in unit.rounds:
            with tempfile.TemporaryDirectory(prefix="tracer-") as folder:
                place = Workplace(unit.suite, Path(folder), environment)
                _Recorder(unit, number, place, authority, report).all()
    finally:
        cloud.down()


@dataclass(frozen=True)
class _Recorder:
    unit: Unit
    number: Round
    place: Workplace
    authority: Path
    report: Report

    def all(self) -> None:
        suite = self.unit.suite
        problem = self._aside(suite, "preparation", suite.prepare)
        for command in suite.commands:
            self._say(command.name)
            made = self._made(command)
            self.report(made)
        if self.number != self.unit.rounds[-1]:
            problem = problem or self._aside(suite, "clean-up", self._possible(suite.cleanup))
        # After the last round the cloud is dropped, and all that is in it.

    def _say(self, text: str) -> None:
        self.report(Now(f"{text} again" if self.number == AGAIN else text))

    def _aside(self, suite: Suite, what: str, commands: Sequence[Command]) -> str:
        """Run commands that are no cells of their own; one that fails is a problem of the suite."""
        self._say(f"{what} of {suite.name}")
        problem = self._run(commands)
        if problem:
            self.report(Made(name="", number=self.number, problem=f"{what}: {problem}"))
        return problem

    def _made(self, command: Recorded) -> Made:
        made = Made(name=command.name, number=self.number)
        if problem := self._run(command.prepare):
            return Made(name=made.name, number=made.number, problem=problem)
        text, problem = "", ""
        try:
            text, problem = self._recorded(command)
        except TracerError as error:
            problem = str(error)
        left = self._run(self._possible(command.cleanup))
        return Made(name=made.name, number=made.number, recording=text, problem=problem or left)

    def _recorded(self, command: Recorded) -> tuple[str, str]:
        """The recording of a command, as text, and what is wrong with it."""
        words = self.place.words(command)
        with tempfile.TemporaryDirectory(prefix="tracer-") as folder:
            settings = Settings(folder=Path(folder), release=self.unit.release, name=command.name)
            environment = self.place.environment(command)
            result = record(words, environment, settings, self.authority, folder=self.place.folder)
            if result.interrupted:
                raise KeyboardInterrupt
            if result.kept is None:
                return "", f"nothing was recorded: {'; '.join(result.problems)}"
            text = result.kept.path.read_text(encoding="utf-8")
        return text, self._problem(command, result) or result.kept.problem

    def _problem(self, command: Recorded, result: Result) -> str:
        if result.exit_code:
            return "" if command.fails else failure(command, result.exit_code, result.stderr)
        try:
            self.place.keep(command, result.stdout)
        except CommandError as error:
            return str(error)
        return ""

    def _possible(self, commands: Sequence[Command]) -> list[Command]:
        return [command for command in commands if self.place.can_run(command)]

    def _run(self, commands: Sequence[Command]) -> str:
        """Run all of ``commands``, and say what went wrong with those that failed."""
        problems = []
        for command in commands:
            try:
                self.place.run(command)
            except CommandError as error:
                problems.append(str(error))
        return "; ".join(problems)
