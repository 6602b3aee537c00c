"""The errors for users: one root class, few subclasses, one line of text each."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tracer.findings import Leak

__all__ = [
    "CloudError",
    "CommandError",
    "InputError",
    "LeakError",
    "LostError",
    "NameTakenError",
    "NothingRecordedError",
    "OutputError",
    "PluginError",
    "RenderError",
    "TracerError",
]


class TracerError(Exception):
    """An error that ends a command of tracer with one line of text and a non-zero exit code."""

    exit_code = 2


class InputError(TracerError):
    """An unusable file or option: its name, the problem, and the location of the problem in the file."""

    def __init__(self, source: str, problem: str, location: str = "") -> None:
        super().__init__(source, problem, location)
        self.source = source
        self.problem = problem
        self.location = location

    def __str__(self) -> str:
        where = f"{self.source}: {self.location}" if self.location else self.source
        return f"{where}: {self.problem}"


class PluginError(InputError):
    """A plug-in that cannot be used: ``source`` names the plug-in and its package."""


class OutputError(TracerError):
    """A file that could not be written."""

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(path, problem)
        self.path = path
        self.problem = problem

    def __str__(self) -> str:
        return f"cannot write {self.path}: {self.problem}"


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


class CloudError(TracerError):
    """An embedded cloud that could not be built, started or stopped."""


class CommandError(TracerError):
    """A client command that could not be started."""


class LostError(TracerError):
    """A worker process that ended before its work was done. A second attempt may succeed."""


class NothingRecordedError(TracerError):
    """A client command that ended without any exchange through the proxy."""


class RenderError(TracerError):
    """A diagram that the Mermaid engine refused."""
