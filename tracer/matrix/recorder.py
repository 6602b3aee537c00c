"""The recorder of a unit. It records the rounds one after another on a cloud for this unit alone."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from tracer.capture.mitm.authority import certificate
from tracer.capture.recorded_command import Result, record
from tracer.cloud import cache
from tracer.cloud.embedded_cloud import EmbeddedCloud
from tracer.errors import CommandError, TracerError
from tracer.matrix.problems import Problem, problem_of
from tracer.matrix.units import AGAIN, CommandResult, Now, Round, Unit
from tracer.matrix.workplace import Workplace, failure
from tracer.runs.settings import Settings

if TYPE_CHECKING:
    from tracer.matrix.problems import Stage
    from tracer.matrix.suites import Recorded, Suite, SuiteCommand

__all__ = ["Report", "record_unit"]

Report = Callable[[Now | CommandResult], None]


def record_unit(unit: Unit, home: Path, report: Report) -> None:
    """Record ``unit`` on a new cloud in the folder ``home``. The cloud always ends with this function.

    The cloud is for this unit alone, as resources of users and other units would appear in lists.
    ``report`` receives the progress, and the result of each command as soon as the command has ended. If a
    command fails, its result has a problem, and the next commands still run.

    Raises CloudError if the cloud does not start, and KeyboardInterrupt if a command was interrupted.
    """

    def say(text: str) -> None:
        report(Now(text))

    authority = cache.folder() / "ca"
    with cache.locked(cache.folder(), "ca", say):
        certificate(authority)
    cloud = EmbeddedCloud(unit.release, apart=home)
    try:
        # A request of a periodic task would come between those of a command.
        cloud.up(say, quiet=True, groups=unit.suite.services)
        environment = cloud.client_environment(os.environ, say, client=unit.client)
        for number in unit.rounds:
            with tempfile.TemporaryDirectory(prefix="tracer-") as folder:
                workplace = Workplace(unit.suite, Path(folder), environment)
                _Recorder(unit, number, workplace, cloud, authority, report).all()
    finally:
        cloud.down()


@dataclass(frozen=True)
class _Recorder:
    unit: Unit
    number: Round
    workplace: Workplace
    cloud: EmbeddedCloud
    authority: Path
    report: Report

    def all(self) -> None:
        suite = self.unit.suite
        failed = self._aside(suite, "preparation", suite.prepare)
        for command in suite.commands:
            self._say(command.name)
            result = self._record(command)
            self.report(result)
        if self.number != self.unit.rounds[-1] and not failed:
            self._aside(suite, "clean-up", self._possible(suite.cleanup))
        # After the last round, the cloud ends and its data are deleted. A clean-up is not necessary.

    def _say(self, text: str) -> None:
        self.report(Now(f"{text} again" if self.number == AGAIN else text))

    def _aside(self, suite: Suite, stage: Stage, commands: Sequence[SuiteCommand]) -> bool:
        """Run unrecorded commands of the suite, and report their problems. Return whether there are any."""
        self._say(f"{stage} of {suite.name}")
        problems = tuple(replace(problem, stage=stage) for problem in self._run(commands))
        if problems:
            self.report(CommandResult(name="", number=self.number, problems=problems))
        return bool(problems)

    def _record(self, command: Recorded) -> CommandResult:
        if problems := self._run(command.prepare):
            return CommandResult(name=command.name, number=self.number, problems=problems)
        text = ""
        try:
            text, problems = self._recorded(command)
        except TracerError as error:
            problems = (problem_of(error),)
        left = self._run(self._possible(command.cleanup))
        return CommandResult(name=command.name, number=self.number, recording=text, problems=problems or left)

    def _recorded(self, command: Recorded) -> tuple[str, tuple[Problem, ...]]:
        """Record a command. Return the recording as YAML text, and the problems; each may be empty."""
        words = self.workplace.words(command)
        with tempfile.TemporaryDirectory(prefix="tracer-") as folder:
            settings = Settings(folder=Path(folder), release=self.unit.release, name=command.name)
            environment = self.workplace.environment(command)
            result = record(
                words,
                environment,
                settings,
                self.authority,
                folder=self.workplace.folder,
                services=self.cloud.recording(self._say) if command.deep else None,
            )
            if result.interrupted:
                raise KeyboardInterrupt
            if result.saved is None:
                reason = "; ".join(result.problems)
                return "", (Problem(kind="nothing-recorded", reason=reason, command=command.run),)
            text = result.saved.path.read_text(encoding="utf-8")
        problem = self._problem(command, result)
        return text, tuple(map(problem_of, result.saved.failures)) if problem is None else (problem,)

    def _problem(self, command: Recorded, result: Result) -> Problem | None:
        if result.exit_code:
            return None if command.fails else problem_of(failure(command, result.exit_code, result.stderr))
        try:
            self.workplace.keep(command, result.stdout)
        except CommandError as error:
            return problem_of(error)
        return None

    def _possible(self, commands: Sequence[SuiteCommand]) -> list[SuiteCommand]:
        return [command for command in commands if self.workplace.can_run(command)]

    def _run(self, commands: Sequence[SuiteCommand]) -> tuple[Problem, ...]:
        """Run all of ``commands``. Return the problems of those that failed."""
        problems = []
        for command in commands:
            try:
                self.workplace.run(command)
            except CommandError as error:
                problems.append(problem_of(error))
        return tuple(problems)
