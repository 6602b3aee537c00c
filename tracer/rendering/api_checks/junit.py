"""The report of ``tracer check --api`` as JUnit XML: a test case for each recording."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.conformance.api import fails
from tracer.documentation import findings_url
from tracer.rendering.junit_xml import JUnitCase, JUnitResult, JUnitSuite, finding_lines, junit_xml

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracer.conformance.api import ApiFinding, ApiReport, ComparedRecording

__all__ = ["api_junit"]


def api_junit(report: ApiReport) -> str:
    """Return the XML text, with a newline at its end.

    A recording with a finding that fails is a failure; a recording that was not compared is an error. Other
    findings and known contradictions are the output of the test case.
    """
    findings: dict[str, list[ApiFinding]] = {each.recording: [] for each in report.recordings}
    known: dict[str, int] = {}
    for finding in report.findings:
        findings[finding.recording].append(finding)
    for finding in report.contradictions:
        known[finding.recording] = known.get(finding.recording, 0) + 1
    cases = [
        JUnitCase(
            each.recording,
            f"tracer.api.{each.release or 'unknown'}",
            list(_results(each, findings[each.recording], known.get(each.recording, 0), report)),
            each.duration,
        )
        for each in report.recordings
    ]
    duration = sum(each.duration for each in report.recordings)
    return junit_xml([JUnitSuite("tracer check --api", cases, duration)])


def _results(
    recording: ComparedRecording, findings: Sequence[ApiFinding], known: int, report: ApiReport
) -> Iterator[JUnitResult]:
    if recording.problem:
        yield JUnitResult("error", [recording.problem], recording.problem, "unreadable")
        return
    failing = [finding for finding in findings if fails(finding, report.fail_on)]
    others = [finding for finding in findings if not fails(finding, report.fail_on)]
    if failing:
        rules = sorted({finding.rule for finding in failing})
        yield JUnitResult("failure", _lines(failing), ", ".join(rules), rules[0])
    lines = _lines(others) + ([f"known contradictions: {known}"] if known else [])
    if lines:
        yield JUnitResult("system-out", lines)


def _lines(findings: Sequence[ApiFinding]) -> list[str]:
    return [
        line
        for finding in findings
        for line in finding_lines(
            f"{finding.rule}: exchange {finding.exchange}, {finding.operation} · {finding.path}: "
            f"{finding.text} ({finding.source})",
            findings_url("api", finding.rule),
        )
    ]
