"""A comparison report as JUnit XML: a test suite for each pair of sides, a test case for each recording."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.comparison.findings import finding
from tracer.comparison.report import counted_severities
from tracer.comparison.severities import rule_url
from tracer.counting import counted
from tracer.rendering.changes.terminal import values
from tracer.rendering.junit_xml import JUnitCase, JUnitResult, JUnitSuite, finding_lines, junit_xml

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tracer.comparison import Difference
    from tracer.comparison.report import ComparisonReport, RecordingComparison, SideComparison
    from tracer.findings import FailOn, Finding

__all__ = ["junit"]

_VALUE = 400


def junit(report: ComparisonReport, fail_on: FailOn) -> str:
    """Return the XML text, with a newline at its end.

    Differences at or above ``fail_on`` are a failure. Differences below it are output of the test case.
    Each difference has the address of its rule in the documentation, except for a rule of the user.
    With ``any``, recordings on one side alone and unused lines of the baseline are failures, too.
    """
    suites = [
        JUnitSuite(f"tracer diff {step.before} → {step.after}", list(_cases(step, fail_on)))
        for step in report.steps
    ]
    if report.stale:
        result = _remark("no longer occurs, take it out", report.stale, fail_on)
        suites.append(JUnitSuite("tracer diff baseline", [JUnitCase("baseline", "tracer.diff", [result])]))
    return junit_xml(suites)


def _cases(step: SideComparison, fail_on: FailOn) -> Iterator[JUnitCase]:
    classname = f"tracer.{step.before}.{step.after}"
    for row in step.recordings:
        yield JUnitCase(row.recording, classname, list(_results(row, fail_on)))
    for side, names in ((step.before, step.only_before), (step.after, step.only_after)):
        for name in names:
            yield JUnitCase(name, classname, [_remark(f"only in {side}", [], fail_on)])


def _remark(message: str, lines: list[str], fail_on: FailOn) -> JUnitResult:
    if fail_on == "any":
        return JUnitResult("failure", lines, message, "different")
    return JUnitResult("system-out", [message, *lines])


def _results(row: RecordingComparison, fail_on: FailOn) -> Iterator[JUnitResult]:
    severities = counted_severities(fail_on)
    lines = [(finding(difference, row), difference) for difference in row.differences]
    failing = sorted(
        (line for line in lines if line[0].severity in severities),
        key=lambda line: severities.index(line[0].severity),
    )
    if failing:
        message = counted(len(failing), "difference")
        yield JUnitResult("failure", _lines(failing), message, failing[0][0].severity)
    below = [line for line in lines if line[0].severity not in severities]
    if below:
        yield JUnitResult("system-out", _lines(below))


def _lines(findings: Iterable[tuple[Finding, Difference]]) -> list[str]:
    return [
        line
        for finding, difference in findings
        for line in finding_lines(_text(finding, difference), rule_url(finding.rule))
    ]


def _text(finding: Finding, difference: Difference) -> str:
    change = values(difference, _VALUE)
    return f"{finding.severity} {difference.kind}: {finding.location.path}{': ' if change else ''}{change}"
