"""The local process at the other end of a client connection, and the command that it runs."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import NamedTuple

import psutil

from tracer.capture.fields import encoded, readable

__all__ = ["Process", "alive", "command_words", "find", "runs"]

_INTERPRETER = re.compile(r"python[\d.]*(\.exe)?\Z", re.IGNORECASE)


class Process(NamedTuple):
    """A process, told from a later one with the same number by when it was created (s since the epoch)."""

    pid: int
    created: float
    argv: tuple[str, ...]


def find(peer: tuple[str, int], local: tuple[str, int]) -> Process | None:
    """Who holds the connection from ``peer`` to ``local``, the proxy's end; None where that can't be seen."""
    try:
        for connection in psutil.net_connections(kind="tcp"):
            if connection.pid and connection.laddr[:2] == peer[:2] and connection.raddr[:2] == local[:2]:
                process = psutil.Process(connection.pid)
                words = tuple(readable(encoded(word)) for word in process.cmdline())
                return Process(process.pid, process.create_time(), words)
    except (psutil.Error, OSError):
        return None
    return None


def alive(process: Process) -> bool:
    """Whether that very process still runs."""
    return runs((process.pid, process.created))


def runs(process: tuple[int, float]) -> bool:
    """Whether the process of that pid and start time (s since the epoch) still runs; so it does in doubt."""
    pid, created = process
    try:
        found = psutil.Process(pid)
        return found.create_time() == created and found.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
    except psutil.Error:
        return True


def command_words(argv: tuple[str, ...]) -> tuple[str, ...]:
    """The command as its user typed it: without the interpreter and the folder of the script."""
    words = argv
    if len(words) > 1 and _INTERPRETER.match(PurePath(words[0]).name) and not words[1].startswith("-"):
        words = words[1:]
    return (PurePath(words[0]).name, *words[1:]) if words else words
