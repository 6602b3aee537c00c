"""A report on checked recordings as JUnit XML: a test case for each recording."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.conformance.findings import findings
from tracer.documentation import findings_url
from tracer.rendering.junit_xml import JUnitCase, JUnitResult, JUnitSuite, finding_lines, junit_xml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracer.conformance.report import Check, ConformanceReport

__all__ = ["junit"]


def junit(report: ConformanceReport) -> str:
    """Return the XML text, with a newline at its end.

    A recording that deviates, is undetermined or has no sequence is a failure; an unreadable one is an error.
    Each finding has the address of its rule in the documentation. Times are those of the recorded runs.
    """
    cases = [
        JUnitCase(
            check.recording, f"tracer.{check.sequence or 'none'}", list(_results(check)), check.duration
        )
        for check in report.recordings
    ]
    return junit_xml([JUnitSuite("tracer check", cases, sum(check.duration for check in report.recordings))])


def _results(check: Check) -> Iterator[JUnitResult]:
    if check.expected_failure:
        return
    reported = findings(check)
    lines = [
        line
        for finding in reported
        for line in finding_lines(finding.text, findings_url("rule", finding.rule))
    ]
    if check.verdict == "deviates":
        yield JUnitResult("failure", lines, f"deviates from {check.sequence}", "deviates")
    elif check.verdict != "conforms":
        yield JUnitResult("error" if check.error else "failure", lines, reported[0].text, reported[0].rule)
    if check.failure:
        yield JUnitResult("system-out", [str(check.failure)])
