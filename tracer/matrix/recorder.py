"""The recorder of a unit. It records the rounds one after another on a cloud for this unit alone."""

from __future__ import annotations

import os
import shlex
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from tracer.capture.client.requests_process import RequestsProcess
from tracer.capture.mitm.authority import certificate
from tracer.capture.recorded_command import Result, record
from tracer.cloud import admin_requests, cache
from tracer.cloud.embedded_cloud import EmbeddedCloud
from tracer.errors import CommandError, TracerError
from tracer.matrix import accounts
from tracer.matrix.cloud_requests import CloudRequests
from tracer.matrix.problems import Problem, problem_of
from tracer.matrix.units import AGAIN, FIRST, CommandResult, Now, Round, Unit
from tracer.matrix.workplace import Workplace, failure, unexpected_status
from tracer.recording import dumps
from tracer.runs.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracer.matrix.accounts import Accounts
    from tracer.matrix.problems import Stage
    from tracer.matrix.suites import RoleEntry, Suite, SuiteCommand
    from tracer.runs.run_writer import SavedRecording

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
        users = accounts.create(unit.suite.roles, environment, unit.release)
        with _requests(unit, cloud, environment, authority) as requests:
            surroundings = _Surroundings(unit, cloud, users, requests, authority)
            if unit.suite.warmup:
                _record_round(surroundings, FIRST, _without_results(report), is_last=False)
            for number in unit.rounds:
                _record_round(surroundings, number, report, is_last=number == unit.rounds[-1])
    finally:
        cloud.down()


@contextmanager
def _requests(
    unit: Unit, cloud: EmbeddedCloud, environment: Mapping[str, str], authority: Path
) -> Iterator[CloudRequests | None]:
    """Yield the sender of the suite's requests, None without any. It runs with the Python of the client.

    The recordings then show keystoneauth in the version of that release.
    """
    if not unit.suite.has_requests:
        yield None
        return
    python = cloud.client(release=unit.client).with_name("python")
    with RequestsProcess(python) as process:
        yield CloudRequests(admin_requests.endpoints(environment), process, authority)


def _without_results(report: Report) -> Report:
    """Return a function that passes on the progress of a warm-up alone."""

    def say(message: Now | CommandResult) -> None:
        if isinstance(message, Now):
            report(Now(f"warm-up: {message.text}"))

    return say


@dataclass(frozen=True)
class _Surroundings:
    unit: Unit
    cloud: EmbeddedCloud
    users: Accounts
    requests: CloudRequests | None
    authority: Path


def _record_round(surroundings: _Surroundings, number: Round, report: Report, *, is_last: bool) -> None:
    with tempfile.TemporaryDirectory(prefix="tracer-") as folder:
        workplace = Workplace(
            surroundings.unit.suite, Path(folder), surroundings.users, surroundings.requests
        )

        def report_safely(message: Now | CommandResult) -> None:
            if isinstance(message, CommandResult):
                problems = tuple(map(workplace.without_secrets, message.problems))
                message = replace(message, problems=problems)
            report(message)

        _Recorder(surroundings, number, workplace, report_safely, is_last).all()


@dataclass(frozen=True)
class _Recorder:
    surroundings: _Surroundings
    number: Round
    workplace: Workplace
    report: Report
    is_last: bool

    def all(self) -> None:
        suite = self.surroundings.unit.suite
        failed = self._aside(suite, "preparation", suite.prepare)
        for entry in suite.entries:
            if reason := self.surroundings.users.unavailable.get(entry.role):
                self.report(CommandResult(name=entry.name, number=self.number, unavailable=reason))
                continue
            self._say(entry.name)
            result = self._record(entry)
            self.report(result)
        if not self.is_last and not failed:
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

    def _record(self, entry: RoleEntry) -> CommandResult:
        command = entry.command
        if problems := self._run(command.prepare):
            return CommandResult(name=entry.name, number=self.number, problems=problems)
        self.workplace.forget(command)
        text = ""
        try:
            text, problems = self._recorded(entry)
        except TracerError as error:
            problems = (problem_of(error),)
        left = self._run(self._possible(command.cleanup))
        return CommandResult(name=entry.name, number=self.number, recording=text, problems=problems or left)

    def _recorded(self, entry: RoleEntry) -> tuple[str, tuple[Problem, ...]]:
        """Record an entry. Return the recording as YAML text, and the problems; each may be empty."""
        with tempfile.TemporaryDirectory(prefix="tracer-") as folder:
            settings = Settings(
                folder=Path(folder),
                release=self.surroundings.unit.release,
                name=entry.name,
                secrets=tuple(self.workplace.passwords.values()),
            )
            send = self._run_command if entry.command.request is None else self._send_request
            result, problem = send(entry, settings)
            if result.interrupted:
                raise KeyboardInterrupt
            if result.saved is None:
                reason = "; ".join(result.problems)
                nothing = Problem(kind="nothing-recorded", reason=reason, command=entry.command.title)
                return "", (problem_of(problem) if problem else nothing,)
            text = self._text(entry, result.saved)
        return text, tuple(map(problem_of, [problem] if problem else result.saved.failures))

    def _run_command(self, entry: RoleEntry, settings: Settings) -> tuple[Result, CommandError | None]:
        """Run and record a command. Return its problem, too."""
        command = entry.command
        result = record(
            self.workplace.words(command, entry.role),
            self.workplace.environment(command, entry.role),
            settings,
            self.surroundings.authority,
            folder=self.workplace.folder,
            services=self.surroundings.cloud.recording(self._say) if command.deep else None,
        )
        if result.saved is None:
            return result, None
        if result.exit_code:
            return result, None if entry.fails else failure(command, result.exit_code, result.stderr)
        try:
            self.workplace.keep(command, result.stdout)
        except CommandError as error:
            return result, error
        return result, None

    def _send_request(self, entry: RoleEntry, settings: Settings) -> tuple[Result, CommandError | None]:
        """Send and record a request. Return its problem, too."""
        command = entry.command
        result, response = self.workplace.requests.record(
            self.workplace.request(command, entry.role),
            self.workplace.environment(command, entry.role),
            self.workplace.folder,
            settings,
            self.surroundings.cloud.recording(self._say) if command.deep else None,
        )
        try:
            self.workplace.keep_from(command, response)
        except CommandError as error:
            return result, error
        return result, unexpected_status(command, response, entry.statuses)

    def _text(self, entry: RoleEntry, saved: SavedRecording) -> str:
        """Return the recording as YAML text, with what the suite says about it."""
        recording = replace(
            saved.recording,
            role=entry.role,
            suite=self.surroundings.unit.suite.name,
            fails=entry.fails is True,
        )
        if entry.command.request is not None and recording.command:
            # A request line needs no quotes of a shell.
            recording = replace(recording, command=" ".join(shlex.split(recording.command)))
        return dumps(recording)

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
