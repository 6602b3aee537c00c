"""The local process at the client's end of a connection, with its command line."""

from __future__ import annotations

from pathlib import PurePath
from typing import NamedTuple

import psutil

from tracer.processes import ProcessIdentity, identify
from tracer.runs.header_fields import encoded, readable
from tracer.sequences import without_interpreter

__all__ = ["ClientProcess", "client_command", "read"]


class ClientProcess(NamedTuple):
    """A process with its command line. ``pid``, ``created`` and ``boot`` identify the process."""

    pid: int
    created: float
    argv: tuple[str, ...]
    boot: str = ""

    @property
    def identity(self) -> ProcessIdentity:
        """The identity of the process."""
        return ProcessIdentity(self.pid, self.created, self.boot)


def read(pid: int) -> ClientProcess | None:
    """Return the process with its command line, None if it has ended or cannot be read."""
    identity = identify(pid)
    try:
        words = psutil.Process(pid).cmdline()
    except (psutil.Error, OSError):
        return None
    # The ID may belong to another process by now.
    if identity is None or identify(pid) != identity:
        return None
    return ClientProcess(
        pid, identity.started, tuple(readable(encoded(word)) for word in words), identity.boot
    )


def client_command(argv: tuple[str, ...]) -> tuple[str, ...]:
    """Return the command as the user typed it: without the folder of the program.

    The interpreter of an installed program is left out. The interpreter of a script is kept.
    """
    words = without_interpreter(argv)
    return (PurePath(words[0]).name, *words[1:]) if words else words
