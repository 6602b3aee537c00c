"""Where the commands of a suite run: a folder with the suite's files, and the variables of a client."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

import msgspec

from tracer.cloud.image import qcow2
from tracer.errors import CommandError
from tracer.matrix.suites import Command, Suite
from tracer.output import write

__all__ = ["Workplace", "failure"]

_FILES = {"qcow2": qcow2}


class Workplace:
    """Runs commands with what earlier ones left for them. ``values`` are those of the placeholders so far."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.folder = folder
        self.environment = environment
        self.values: dict[str, str] = {}

    def furnish(self, suite: Suite) -> None:
        """Make the files of ``suite``."""
        for name, kind in suite.files.items():
            write(self.folder / name, _FILES[kind]())

    def can_run(self, command: Command) -> bool:
        """Whether all values that ``command`` needs are there."""
        return all(name in self.values for name in command.placeholders)

    def words(self, command: Command) -> list[str]:
        """The words of ``command`` with all values filled in. Raises CommandError where one is missing."""
        missing = [name for name in command.placeholders if name not in self.values]
        if missing:
            raise CommandError(f"not run: the command that gives {{{missing[0]}}} failed")
        return command.words(self.values)

    def run(self, command: Command) -> None:
        """Run a command that is not recorded, and keep what it gives. Raises CommandError if it fails."""
        ended = subprocess.run(
            self.words(command),
            env=self.environment,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
        if ended.returncode:
            raise CommandError(failure(command, ended.returncode, ended.stderr))
        self.keep(command, ended.stdout)

    def keep(self, command: Command, printed: str) -> None:
        """Give the placeholders of ``command`` the values that it printed; CommandError if it didn't."""
        if not command.keep:
            return
        try:
            found = msgspec.json.decode(printed, type=dict[str, object])
            values = {name: str(found[key]) for name, key in command.keep.items()}
        except (msgspec.DecodeError, KeyError):
            keys = ", ".join(command.keep.values())
            raise CommandError(f"`{command.run}` printed no JSON object with {keys}") from None
        self.values |= values


def failure(command: Command, code: int, stderr: str) -> str:
    """That ``command`` failed and why, in one line."""
    last = stderr.strip().splitlines()[-1:] or [f"exit code {code}, and no reason given"]
    return f"`{command.run}` failed: {last[0]}"
