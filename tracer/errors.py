"""The errors that a user can meet: one root, few children, one line each."""

from __future__ import annotations

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
    """Anything that ends a verb with one clear line and a non-zero exit code."""

    exit_code = 2


class InputError(TracerError):
    """A file or an option that cannot be used: its name, the place in it, what was expected."""

    def __init__(self, source: str, problem: str, place: str = "") -> None:
        super().__init__(source, problem, place)
        self.source = source
        self.problem = problem
        self.place = place

    def __str__(self) -> str:
        where = f"{self.source}: {self.place}" if self.place else self.source
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
    """The last gate: an artefact held what looks like a secret, so it was not written."""

    def __init__(self, path: str, findings: tuple[str, ...]) -> None:
        super().__init__(path, findings)
        self.path = path
        self.findings = findings

    def __str__(self) -> str:
        return f"not written, {self.path} would hold a secret: {'; '.join(self.findings)}"


class NameTakenError(OutputError):
    """A new file was wanted, and one of that name is there already."""


class CloudError(TracerError):
    """An embedded cloud that could not be built, started or stopped."""


class CommandError(TracerError):
    """A client command that could not be started."""


class LostError(TracerError):
    """A process that worked for us ended before its work did; tried again, it may succeed."""


class NothingRecordedError(TracerError):
    """The client command ran, and no exchange came through the proxy."""


class RenderError(TracerError):
    """A diagram that the Mermaid engine refused."""
