"""The vocabulary of all checks: a finding is a rule that a location violates, with severity and source."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias, get_args

__all__ = [
    "DIFFERENCE_SEVERITIES",
    "ConformanceSeverity",
    "DifferenceSeverity",
    "FailOn",
    "Finding",
    "FindingLocation",
    "Leak",
    "Severity",
]

ConformanceSeverity = Literal["error", "undocumented"]
DifferenceSeverity = Literal["breaking", "breaking-api", "additive", "cosmetic"]
Severity: TypeAlias = ConformanceSeverity | DifferenceSeverity

FailOn: TypeAlias = DifferenceSeverity | Literal["any"]
"""The lowest severity that fails a comparison; ``any`` counts more than differences."""

DIFFERENCE_SEVERITIES: tuple[DifferenceSeverity, ...] = get_args(DifferenceSeverity)
"""The severities of differences, from the highest to the lowest."""


class FindingLocation(NamedTuple):
    """A location in a recording.

    ``exchange`` counts from 1, and is None for the whole run. ``path`` leads to a part of a message, and is
    empty for the whole exchange.
    """

    file: str
    exchange: int | None = None
    path: str = ""


class Finding(NamedTuple):
    """A rule that a location violates.

    ``source`` is the authority for the rule: the name of a sequence, or the earlier recording of a
    comparison; empty without one. ``text`` describes a finding of a conformance check for people. A finding
    of a comparison has none: its renderers have the two values.
    """

    rule: str
    severity: Severity
    location: FindingLocation
    source: str = ""
    text: str = ""


class Leak(NamedTuple):
    """The rule and position of a secret in a file, without its value.

    ``line`` and ``column`` start at 1. Both are 0 for a secret in the name of the file.
    """

    rule: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        if not self.line:
            return f"{self.rule} in the file's name"
        return f"{self.rule} at {self.line}:{self.column}"
