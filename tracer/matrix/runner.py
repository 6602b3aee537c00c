"""Records suites on the cloud of a release: prepare, record each command, clean up."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tracer.capture.command import Result, record
from tracer.capture.settings import Draw, Settings
from tracer.cloud import cache
from tracer.cloud.cache import Progress, silent
from tracer.cloud.cloud import Cloud
from tracer.errors import CommandError, TracerError
from tracer.matrix.cells import Cell
from tracer.matrix.suites import Command, Recorded, Suite
from tracer.matrix.workplace import Workplace, failure

__all__ = ["Order", "record_suites"]

Done = Callable[[Cell], None]


@dataclass(frozen=True)
class Order:
    """What to make: the folder of the recordings, and the kinds of diagrams beside each of them."""

    out: Path
    diagrams: tuple[str, ...] = ()
    draw: Draw | None = None

    def settings(self, release: str, name: str | None = None) -> Settings:
        """How to record the command ``name``. Raises InputError for what cannot be."""
        return Settings(folder=self.out, release=release, name=name, diagrams=self.diagrams, draw=self.draw)


def record_suites(
    release: str, suites: Sequence[Suite], order: Order, done: Done, progress: Progress = silent
) -> None:
    """Record the ``suites`` on the embedded cloud of ``release``, with the client of that release.

    The cloud is started, and ended again, unless it is up already. ``done`` is given a cell for
    each command as soon as it has run; one that fails is a cell with a problem, and the others still run.
    Raises CloudError where there is no cloud, KeyboardInterrupt where the user stopped a command.
    """
    order.settings(release)
    cloud = Cloud(release)
    with _up(cloud, progress):
        environment = cloud.client_environment(os.environ, progress)
        for suite in suites:
            with tempfile.TemporaryDirectory(prefix="tracer-") as folder:
                recorder = _Recorder(release, order, Workplace(Path(folder), environment), done, progress)
                recorder.suite(suite)


@contextmanager
def _up(cloud: Cloud, progress: Progress) -> Iterator[None]:
    was_up = cloud.status() is not None
    try:
        cloud.up(progress)
        yield
    finally:
        if not was_up:
            cloud.down()


@dataclass(frozen=True)
class _Recorder:
    release: str
    order: Order
    place: Workplace
    done: Done
    progress: Progress

    def suite(self, suite: Suite) -> None:
        self.place.furnish(suite)
        try:
            self._aside(suite, "preparation", suite.prepare)
            for number, command in enumerate(suite.commands, 1):
                self.progress(f"{self.release}: {command.name} ({number} of {len(suite.commands)})")
                self.done(self._cell(command))
        finally:
            self._aside(suite, "clean-up", self._possible(suite.cleanup))

    def _aside(self, suite: Suite, what: str, commands: Sequence[Command]) -> None:
        """Run commands that are no cells of their own, unless they fail."""
        self.progress(f"{self.release}: {what} of {suite.name}")
        if problem := self._run(commands):
            self.done(Cell(self.release, f"{suite.name} ({what})", problem=problem))

    def _cell(self, command: Recorded) -> Cell:
        cell = Cell(self.release, command.name)
        if problem := self._run(command.prepare):
            return cell._replace(problem=problem)
        try:
            cell = self._recorded(command, cell)
        except TracerError as error:
            cell = cell._replace(problem=str(error))
        left = self._run(self._possible(command.cleanup))
        return cell._replace(problem=cell.problem or left)

    def _recorded(self, command: Recorded, cell: Cell) -> Cell:
        words = self.place.words(command)
        settings = self.order.settings(self.release, command.name)
        authority = cache.folder() / "ca"
        result = record(words, self.place.environment, settings, authority, folder=self.place.folder)
        if result.interrupted:
            raise KeyboardInterrupt
        if result.kept is None:
            return cell._replace(problem=f"nothing was recorded: {'; '.join(result.problems)}")
        cell = cell._replace(recording=result.kept.recording, path=result.kept.path)
        return cell._replace(problem=self._problem(command, result) or result.kept.problem)

    def _problem(self, command: Recorded, result: Result) -> str:
        if result.exit_code:
            return failure(command, result.exit_code, result.stderr)
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
