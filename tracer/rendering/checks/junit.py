"""A report on checked recordings as JUnit XML: a test case for each recording."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.conformance.findings import findings
from tracer.rendering.junit_xml import JUnitCase, JUnitResult, JUnitSuite, junit_xml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracer.conformance.report import Check, ConformanceReport

__all__ = ["junit"]


def junit(report: ConformanceReport) -> str:
    """Return the XML text, with a newline at its end.

    A recording that deviates, is undetermined or has no sequence is a failure; an unreadable one is an error.
    Times are those of the recorded runs.
    """
    cases = [
        JUnitCase(
            check.recording, f"tracer.{check.sequence or 'none'}", list(_results(check)), check.duration
        )
        for check in report.recordings
    ]
    return junit_xml([JUnitSuite("tracer check", cases, sum(check.duration for check in report.recordings))])


def _results(check: Check) -> Iterator[JUnitResult]:
    reported = findings(check)
    texts = [finding.text for finding in reported]
    if check.verdict == "deviates":
        yield JUnitResult("failure", texts, f"deviates from {check.sequence}", "deviates")
    elif check.verdict != "conforms":
        yield JUnitResult("error" if check.error else "failure", texts, texts[0], reported[0].rule)
    if check.failure:
        yield JUnitResult("system-out", [str(check.failure)])
