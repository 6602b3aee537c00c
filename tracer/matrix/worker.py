"""The process that records one unit: ``python -m tracer.matrix.worker HOME``.

It reads the unit, a line of JSON, from stdin, and writes progress and results as lines of JSON to stdout.
When stdin is closed, the supervisor has stopped the unit or has ended: the process ends with its cloud.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import threading
from pathlib import Path
from typing import BinaryIO, NoReturn

import msgspec

from tracer.cloud import service_processes
from tracer.errors import TracerError
from tracer.matrix.problems import Problem, problem_of
from tracer.matrix.recorder import record_unit
from tracer.matrix.units import CommandResult, Now, Unit

__all__ = ["Ended", "Line", "main"]


class Ended(msgspec.Struct, frozen=True, tag="ended"):
    """The last line: the unit is finished, or it cannot be recorded because of ``problem``."""

    problem: Problem | None = None


Line = Now | CommandResult | Ended


def main() -> None:
    """Record the unit on stdin, and end the process with exit code 0, or 1 after an interruption."""
    home = Path(sys.argv[1])
    lines = os.fdopen(os.dup(1), "wb", buffering=0)
    # Output of a library must not get between the lines.
    os.dup2(2, 1)
    unit = msgspec.json.decode(sys.stdin.buffer.readline(), type=Unit)
    try:
        with service_processes.stoppable():
            threading.Thread(target=_stop_with, args=(sys.stdin.buffer,), daemon=True).start()
            _send(lines, _record(unit, home, lines))
    except (KeyboardInterrupt, SystemExit, BrokenPipeError):
        # The supervisor may have ended, so it cannot delete the folder.
        shutil.rmtree(home, ignore_errors=True)
        _leave(1)
    _leave(0)


def _record(unit: Unit, home: Path, lines: BinaryIO) -> Ended:
    try:
        record_unit(unit, home, lambda line: _send(lines, line))
    except TracerError as error:
        return Ended(problem_of(error))
    return Ended()


def _send(lines: BinaryIO, line: Line) -> None:
    rest = memoryview(msgspec.json.encode(line) + b"\n")
    while rest:
        rest = rest[lines.write(rest) :]


def _leave(code: int) -> NoReturn:
    """End the process without the interpreter's own end.

    The thread that reads stdin holds the lock of its buffer. An interpreter that cannot take this lock
    at its end aborts.
    """
    os._exit(code)


def _stop_with(stdin: BinaryIO) -> None:
    while stdin.read(1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
