"""The findings of a check: each reason for a verdict other than ``conforms``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from tracer.findings import Finding, FindingLocation
from tracer.sequences import DeviationKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracer.conformance.report import Check

__all__ = ["Rule", "findings"]

Rule: TypeAlias = Literal["unreadable", "no-sequence", "undetermined"] | DeviationKind
"""The rules of ``tracer check``. docs/reference/findings.md describes each."""


def findings(check: Check) -> list[Finding]:
    """Return the findings of ``check``: first the problem of the whole recording, then each deviation."""
    return list(_findings(check))


def _findings(check: Check) -> Iterator[Finding]:
    rule = _problem_rule(check)
    source = check.sequence or ""
    if rule is not None:
        yield Finding(rule, "error", FindingLocation(check.recording), source, check.problem)
    for deviation in check.deviations:
        location = FindingLocation(check.recording, deviation.exchange)
        yield Finding(deviation.kind, "error", location, source, deviation.text)


def _problem_rule(check: Check) -> Rule | None:
    if check.error:
        return "unreadable"
    if check.verdict is None:
        return "no-sequence"
    return "undetermined" if check.verdict == "undetermined" else None
