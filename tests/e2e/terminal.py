"""A shell as a user has it: commands in order, some of which go on until Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from typing import TYPE_CHECKING

from tests.patience import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["Terminal"]


class Terminal:
    """A bash that runs blocks of commands in one session, in one folder."""

    def __init__(self, name: str, folder: Path, environment: dict[str, str], scratch: Path) -> None:
        self.name = name
        self._scratch = scratch
        self._blocks = 0
        self._running: Path | None = None
        self._begin = 0
        self._log = scratch / f"{name}.log"
        with self._log.open("wb") as log:
            self._bash = subprocess.Popen(
                ["bash", "--norc", "--noprofile"],
                cwd=folder,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                text=True,
            )
        # Ctrl-C ends a command, not the shell. The shell notes the exit code of each command that fails.
        self._send("trap : INT; trap 'echo $? >>\"$TERMINAL_FAILURES\"' ERR")

    def run(self, code: str, until: str | None = None) -> tuple[str, list[int]]:
        """Run a block. Return its output and the exit codes other than 0.

        With ``until``, return as soon as this text is in the output, while the last command goes on.
        """
        self.interrupt()
        self._blocks += 1
        file = self._scratch / f"{self.name}-{self._blocks}.sh"
        failures, done = file.with_suffix(".failures"), file.with_suffix(".done")
        file.write_text(f"{code}\n:\n", encoding="utf-8")  # `source` itself ends with 0
        begin = self._begin = self._log.stat().st_size
        self._send(f"TERMINAL_FAILURES={failures}; source {file} </dev/null; echo >{done}")
        deadline = time.monotonic() + PATIENCE
        while not done.exists():
            if until is not None and until in self._printed(begin):
                self._running = done
                break
            assert time.monotonic() < deadline, f"{code}\nis still running:\n{self._printed(begin)}"
            assert self._bash.poll() is None, f"{code}\nended the shell:\n{self._printed(begin)}"
            time.sleep(0.02)
        else:
            assert until is None, f"{code}\nended without {until!r}:\n{self._printed(begin)}"
        codes = failures.read_text().split() if failures.exists() else []
        return self._printed(begin), [int(code) for code in codes]

    def wait(self, expected: Callable[[str], bool]) -> None:
        """Wait until the output of the running block is as expected."""
        deadline = time.monotonic() + PATIENCE
        while not expected(self._printed(self._begin)):
            assert time.monotonic() < deadline, self._printed(self._begin)
            time.sleep(0.05)

    def interrupt(self) -> None:
        """Press Ctrl-C if a command is still running, and wait for its end."""
        if self._running is None:
            return
        deadline = time.monotonic() + PATIENCE
        os.killpg(self._bash.pid, signal.SIGINT)
        while not self._running.exists():
            assert time.monotonic() < deadline, f"Ctrl-C did not end the command:\n{self._printed(0)}"
            time.sleep(0.02)
        self._running = None

    def close(self) -> None:
        """End the shell, and every command that it still runs."""
        try:
            self.interrupt()
        finally:
            assert self._bash.stdin is not None
            self._bash.stdin.close()
            try:
                self._bash.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(self._bash.pid, signal.SIGKILL)
                self._bash.wait()

    def _send(self, line: str) -> None:
        assert self._bash.stdin is not None
        self._bash.stdin.write(f"{line}\n")
        self._bash.stdin.flush()

    def _printed(self, begin: int) -> str:
        return self._log.read_bytes()[begin:].decode(errors="replace")
