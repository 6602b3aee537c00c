"""The surroundings of a suite's commands: a folder with the suite's files, and environment variables."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import msgspec

from tracer.cloud.image import qcow2
from tracer.cloud.passwords import generate
from tracer.errors import CommandError
from tracer.matrix.suites import Suite, SuiteCommand, filled, placeholders
from tracer.storage import write

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["Workplace", "failure"]

_FILES = {"qcow2": qcow2, "text": lambda: b"These are notes, and no disk image.\n" * 2000}


class Workplace:
    """A folder and environment variables for commands of ``suite``. ``values`` are those of placeholders."""

    def __init__(self, suite: Suite, folder: Path, environment: Mapping[str, str]) -> None:
        self.folder = folder
        self.values = {name: generate() for name in suite.passwords}
        self._environment = dict(environment)
        self._users = suite.users
        for name, kind in suite.files.items():
            write(folder / name, _FILES[kind]())

    def can_run(self, command: SuiteCommand) -> bool:
        """Return whether all placeholders of ``command`` have values."""
        return self._missing(command) is None

    def words(self, command: SuiteCommand) -> list[str]:
        """Return the words of ``command`` with all values. Raise CommandError if a value is missing."""
        missing = self._missing(command)
        if missing:
            raise CommandError(f"not run: the command that gives {{{missing}}} failed")
        return command.words(self.values)

    def environment(self, command: SuiteCommand) -> dict[str, str]:
        """Return the environment variables for ``command`` and its user."""
        own = self._users[command.user] if command.user else {}
        return self._environment | {name: filled(text, self.values) for name, text in own.items()}

    def run(self, command: SuiteCommand) -> None:
        """Run a command without a recording, and store the values that it prints.

        Raises CommandError if the command cannot start, fails or succeeds unexpectedly, or prints no values.
        """
        words = self.words(command)
        try:
            ended = subprocess.run(
                words,
                env=self.environment(command),
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                check=False,
            )
        except OSError as error:
            raise CommandError(f"cannot start `{words[0]}`: {error.strerror}") from None
        if ended.returncode and not command.fails:
            raise failure(command, ended.returncode, ended.stderr)
        if command.fails is True and not ended.returncode:
            raise CommandError("did not fail", command.run)
        self.keep(command, ended.stdout)

    def keep(self, command: SuiteCommand, printed: str) -> None:
        """Store the values in ``printed`` for the placeholders of ``command``.

        Raises CommandError if ``printed`` is not a JSON object with these values.
        """
        if not command.keep:
            return
        try:
            fields = msgspec.json.decode(printed, type=dict[str, object])
            values = {name: str(fields[key]) for name, key in command.keep.items()}
        except (msgspec.DecodeError, KeyError):
            keys = ", ".join(command.keep.values())
            raise CommandError(f"printed no JSON object with {keys}", command.run) from None
        self.values |= values

    def _missing(self, command: SuiteCommand) -> str | None:
        texts = (command.run, *(self._users[command.user].values() if command.user else ()))
        needed = (name for text in texts for name in placeholders(text))
        return next((name for name in needed if name not in self.values), None)


def failure(command: SuiteCommand, code: int, stderr: str) -> CommandError:
    """Return an error with the failed ``command`` and the last line of ``stderr``, or else the exit code."""
    last = stderr.strip().splitlines()[-1:] or [f"exit code {code}, and no reason given"]
    return CommandError(f"failed: {last[0]}", command.run)
