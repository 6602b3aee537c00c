"""The errors for users: one root class, few subclasses.

An error has its data as attributes. Only ``__str__`` makes text of them, always one line.
"""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from tracer.counting import counted

if TYPE_CHECKING:
    from pathlib import Path

    from tracer.findings import Leak

__all__ = [
    "AddressError",
    "CloudError",
    "CommandError",
    "InputError",
    "LeakError",
    "LostError",
    "NameTakenError",
    "NothingRecordedError",
    "OutputError",
    "PluginError",
    "RedactionError",
    "RenderError",
    "TracerError",
]


class TracerError(Exception):
    """An error that ends a command of tracer with one line of text and a non-zero exit code."""

    exit_code = 2

    @property
    def detail(self) -> str:
        """The text without the name of the file, for a report that names the file already."""
        return str(self)


class InputError(TracerError):
    """An unusable file or option: its name, the problem, and the location of the problem in the file."""

    def __init__(self, source: str, problem: str, location: str = "") -> None:
        super().__init__(source, problem, location)
        self.source = source
        self.problem = problem
        self.location = location

    def __str__(self) -> str:
        return f"{self.source}: {self.detail}"

    @property
    def detail(self) -> str:
        """The location and the problem."""
        return f"{self.location}: {self.problem}" if self.location else self.problem


class PluginError(InputError):
    """A plug-in that cannot be used: ``source`` names the plug-in and its package."""


class OutputError(TracerError):
    """A file that could not be written. ``option`` is the option that chooses another folder, if any."""

    def __init__(self, path: str, problem: str, option: str = "") -> None:
        super().__init__(path, problem, option)
        self.path = path
        self.problem = problem
        self.option = option

    def __str__(self) -> str:
        remedy = f" ({self.option} chooses another folder)" if self.option else ""
        return f"cannot write {self.path}: {self.problem}{remedy}"


class LeakError(TracerError):
    """A file that was not written, because the scan suspects a secret in it."""

    def __init__(self, path: str, leaks: tuple[Leak, ...]) -> None:
        super().__init__(path, leaks)
        self.path = path
        self.leaks = leaks

    def __str__(self) -> str:
        return f"not written, {self.path} would hold a secret: {'; '.join(map(str, self.leaks))}"


class NameTakenError(OutputError):
    """A new file that was not written, because its name exists already."""


class AddressError(TracerError):
    """An address and port at which the proxy cannot listen, and the error of the system."""

    def __init__(self, address: str, error: OSError) -> None:
        super().__init__(address, error)
        self.address = address
        self.error = error

    def __str__(self) -> str:
        if self.error.errno == errno.EADDRINUSE:
            return f"{self.address}: the port is in use; choose a free one with --port, or any with --port 0"
        remedy = "--port" if self.error.errno == errno.EACCES else "--host"
        reason = self.error.strerror or str(self.error)
        return f"{self.address}: cannot listen there ({reason}); choose another address with {remedy}"


class CloudError(TracerError):
    """An embedded cloud that could not be built, started or stopped. ``log`` is the log with the details."""

    def __init__(self, problem: str, log: Path | None = None) -> None:
        super().__init__(problem, log)
        self.problem = problem
        self.log = log

    def __str__(self) -> str:
        return f"{self.problem} (log: {self.log})" if self.log else self.problem


class CommandError(TracerError):
    """A client command that could not be started, or failed. ``command`` is empty if it has not begun."""

    def __init__(self, problem: str, command: str = "") -> None:
        super().__init__(problem, command)
        self.problem = problem
        self.command = command

    def __str__(self) -> str:
        return f"`{self.command}` {self.problem}" if self.command else self.problem


class LostError(TracerError):
    """A worker process that ended before its work was done. A second attempt may succeed."""


class NothingRecordedError(TracerError):
    """A client command that ended without any exchange through the proxy."""


class RedactionError(TracerError):
    """Exchanges that could not be redacted, so that their contents were not written."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.count = count

    def __str__(self) -> str:
        singular = "exchange could not be redacted, and was written without its contents"
        plural = "exchanges could not be redacted, and were written without their contents"
        return counted(self.count, singular, plural)


class RenderError(TracerError):
    """A diagram that the Mermaid engine refused. ``paths`` are the files that were not written."""

    def __init__(self, problem: str, paths: tuple[Path, ...] = ()) -> None:
        super().__init__(problem, paths)
        self.problem = problem
        self.paths = paths

    def __str__(self) -> str:
        return f"no {', '.join(map(str, self.paths))}: {self.problem}" if self.paths else self.problem
