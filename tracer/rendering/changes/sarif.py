"""A comparison report as SARIF."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tracer.comparison import reasons, whys
from tracer.comparison.findings import line_finding
from tracer.comparison.grouping import sections
from tracer.comparison.severities import rule_url
from tracer.documentation import findings_url
from tracer.i18n import DEFAULT, pick
from tracer.rendering.changes.terminal import values
from tracer.rendering.sarif_log import SARIF_LEVELS, sarif_locations, sarif_log, sarif_rule, sarif_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracer.comparison import Difference
    from tracer.comparison.grouping import Line
    from tracer.comparison.report import ComparisonReport, RecordingComparison, SideComparison

__all__ = ["sarif"]

_VALUE = 400


def sarif(report: ComparisonReport) -> str:
    """Return the JSON text, with a newline at its end.

    A difference that several recordings share is one result, located in the first of these recordings.
    Differences in the baseline are results with a suppression. Volatile differences are only counted,
    in the properties of the run.
    """
    rules = [sarif_rule(name, pick(texts, DEFAULT) or name, rule_url(name)) for name, texts in whys().items()]
    results = [result for step in report.steps for result in _results(step)]
    return sarif_log("tracer diff", findings_url("severity"), rules, results, _properties(report))


def _properties(report: ComparisonReport) -> dict[str, Any]:
    return {
        "steps": [
            {
                "from": step.before,
                "to": step.after,
                "onlyInFrom": step.only_before,
                "onlyInTo": step.only_after,
                "suppressed": [
                    {"reason": _reason(each.reason), "count": each.count} for each in step.volatile
                ],
            }
            for step in report.steps
        ],
        "noLongerOccurs": report.stale,
    }


def _reason(name: str) -> str:
    return pick(reasons().get(name, {}), DEFAULT) or name


def _results(step: SideComparison) -> Iterator[dict[str, Any]]:
    by_name = {row.recording: row for row in step.recordings}
    for accepted in (False, True):
        rows = [(row.recording, row.accepted if accepted else row.differences) for row in step.recordings]
        for section in sections(rows):
            for line in section.lines:
                result = _result(step, line, [by_name[name] for name in section.recordings])
                yield result | ({"suppressions": [{"kind": "external"}]} if accepted else {})


def _result(
    step: SideComparison, line: Line[Difference], recordings: Sequence[RecordingComparison]
) -> dict[str, Any]:
    findings = [line_finding(line, recording) for recording in recordings]
    first = findings[0]
    kind, change = line.difference.kind, values(line.difference, _VALUE)
    path = first.location.path
    text = f"{step.before} → {step.after}: {kind}: {path}{': ' if change else ''}{change}"
    return {
        "ruleId": first.rule,
        "level": SARIF_LEVELS[first.severity],
        "message": sarif_text(text),
        **sarif_locations([finding.location for finding in findings]),
        "properties": {
            "severity": first.severity,
            "dueTo": line.difference.due_to,
            "kind": kind,
            "recordings": [recording.after for recording in recordings],
        },
    }
