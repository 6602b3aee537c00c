"""Problems of a matrix as data, which can travel between machines. Their texts are in ``__str__``."""

from __future__ import annotations

from concurrent.futures import CancelledError
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

import msgspec

from tracer.errors import CloudError, CommandError, InputError, LeakError, LostError, TracerError

if TYPE_CHECKING:
    from tracer.matrix.units import Unit

__all__ = ["Complaint", "Problem", "ProblemKind", "Stage", "UnitError", "problem_of"]

ProblemKind = Literal["command", "nothing-recorded", "cloud", "lost", "file", "secret", "output", "internal"]
"""The kind of a problem.

``command``: a command of the suite failed, or did not fail as expected. ``nothing-recorded``: it sent no
request. ``cloud``: the cloud did not start. ``lost``: the process or worker ended too early. ``file``: a
recording from a worker is not valid. ``secret``: a file would hold a secret. ``output``: a file could not be
written. ``internal``: an error of tracer or of a library.
"""

Stage = Literal["preparation", "clean-up"]
"""The part of a round around the recorded commands."""


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """The reason why a command, or a whole unit, has no result.

    The location is ``stage``, the command line ``command``, the ``file`` with a location in it, and the
    ``log`` with the details; each may be empty. ``tries`` is the number of attempts if tracer gave up.
    """

    kind: ProblemKind
    reason: str
    stage: Stage | None = None
    command: str = ""
    file: str = ""
    location: str = ""
    log: str = ""
    tries: int = 0

    def __str__(self) -> str:
        stage = f"{self.stage}: " if self.stage else ""
        tries = f"; given up after {self.tries} tries" if self.tries else ""
        return f"{stage}{self._text}{tries}"

    @property
    def _text(self) -> str:
        match self.kind:
            case "command":
                return str(CommandError(self.reason, self.command))
            case "nothing-recorded":
                return f"nothing was recorded: {self.reason}"
            case "cloud":
                return str(CloudError(self.reason, Path(self.log) if self.log else None))
            case "file":
                return str(InputError(self.file, self.reason, self.location))
            case "secret":
                return f"not written, {self.file} would hold a secret: {self.reason}"
        return self.reason


class UnitError(TracerError):
    """A unit that cannot be recorded, because of ``problem``."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem = problem

    def __str__(self) -> str:
        return str(self.problem)


class Complaint(NamedTuple):
    """A problem of a unit with its location: a command of the suite (``name``) in a round.

    Without a ``name``, the whole unit has the problem. ``is_retried`` tells if tracer tries again.
    """

    unit: Unit
    problem: Problem
    name: str = ""
    again: bool = False
    is_retried: bool = False

    def __str__(self) -> str:
        again = " again" if self.again else ""
        retried = "; trying again" if self.is_retried else ""
        return f"{self.unit.where} {self.name or self.unit.suite.name}{again}: {self.problem}{retried}"


def problem_of(error: BaseException) -> Problem:
    """Return ``error`` as data. An error that is no TracerError comes from a library or another machine."""
    match error:
        case UnitError():
            problem = error.problem
        case CommandError():
            problem = Problem(kind="command", reason=error.problem, command=error.command)
        case CloudError():
            log = "" if error.log is None else str(error.log)
            problem = Problem(kind="cloud", reason=error.problem, log=log)
        case LostError():
            problem = Problem(kind="lost", reason=str(error))
        case InputError():
            problem = Problem(kind="file", reason=error.problem, file=error.source, location=error.location)
        case LeakError():
            problem = Problem(kind="secret", reason="; ".join(map(str, error.leaks)), file=error.path)
        case TracerError():
            problem = Problem(kind="output", reason=str(error))
        case CancelledError():
            problem = Problem(kind="lost", reason="it was cancelled")
        case _:
            problem = Problem(kind="internal", reason=_reason(error))
    return problem


def _reason(error: BaseException) -> str:
    kind = type(error).__name__
    if kind == "KilledWorker":
        return "the workers that were to record it died, one after the other"
    if kind in {"FutureCancelledError", "CommClosedError"}:
        return "the connection to the cluster was lost"
    if isinstance(error, ImportError):
        return f"a worker lacks this package in the same version ({error})"
    return f"{kind}: {error}"
