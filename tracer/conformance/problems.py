"""The problems of a whole recording, as data. Their texts for people are in ``__str__``."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from tracer.model import Doubt
from tracer.sequences import NoSequence

__all__ = ["Problem", "ProblemRule", "Undetermined", "Unreadable", "rule_of"]

ProblemRule: TypeAlias = Literal["unreadable", "no-sequence", "undetermined"]

_CLIENT = (
    "python-openstackclient changed, and the User-Agent does not show its version (record the command on the "
    "machine of the client)"
)
_REMEDY = "record one command at a time, see docs/explanation/attribution.md"


class Unreadable(msgspec.Struct, frozen=True, kw_only=True, tag_field="rule", tag="unreadable"):
    """A file that is no recording: the location in the file (empty: the whole file) and the problem there."""

    location: str = ""
    problem: str

    def __str__(self) -> str:
        return f"{self.location}: {self.problem}" if self.location else self.problem


class Undetermined(msgspec.Struct, frozen=True, kw_only=True, tag_field="rule", tag="undetermined"):
    """The missing evidence for a verdict. ``has_notes``: the notes of the recording may give the reason.

    ``no_sequence`` is set if the recording has no sequence either.
    """

    doubt: Doubt
    has_notes: bool = False
    no_sequence: NoSequence | None = None

    @property
    def evidence(self) -> str:
        """The missing evidence and the remedy.

        The text mentions the notes without quoting them, because notes may have other subjects.
        """
        if self.doubt == "client":
            return _CLIENT
        pointer = "; its notes say why" if self.has_notes else ""
        return f"evidence is missing on which exchanges belong to the run{pointer} ({_REMEDY})"

    def __str__(self) -> str:
        further = f"; {self.no_sequence}" if self.no_sequence else ""
        return f"undetermined: {self.evidence}{further}"


Problem: TypeAlias = Unreadable | NoSequence | Undetermined


def rule_of(problem: Problem) -> ProblemRule:
    """Return the rule of ``tracer check`` that a recording with ``problem`` violates."""
    match problem:
        case Unreadable():
            return "unreadable"
        case NoSequence():
            return "no-sequence"
        case Undetermined():
            return "undetermined"
