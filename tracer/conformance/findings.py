"""The findings of a check: each reason for a verdict other than ``conforms``."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from tracer.conformance.problems import ProblemRule, rule_of
from tracer.findings import Finding, FindingLocation
from tracer.sequences import DeviationKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracer.conformance.report import Check

__all__ = ["Rule", "findings"]

Rule: TypeAlias = ProblemRule | DeviationKind
"""The rules of ``tracer check``. docs/reference/findings.md describes each."""


def findings(check: Check) -> list[Finding]:
    """Return the findings of ``check``: first the problem of the whole recording, then each deviation.

    A failure that the suite expects has none.
    """
    return [] if check.expected_failure else list(_findings(check))


def _findings(check: Check) -> Iterator[Finding]:
    source = check.sequence or ""
    if check.problem is not None:
        rule = rule_of(check.problem)
        yield Finding(rule, "error", FindingLocation(check.recording), source, str(check.problem))
    for deviation in check.deviations:
        location = FindingLocation(check.recording, deviation.exchange)
        yield Finding(deviation.kind, "error", location, source, deviation.text)
