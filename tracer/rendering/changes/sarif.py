"""A comparison report as SARIF 2.1.0, the exchange format of static analysis tools (OASIS standard, 2020)."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from tracer.comparison import reasons, whys
from tracer.comparison.findings import line_finding
from tracer.comparison.grouping import sections
from tracer.comparison.severities import rule_url
from tracer.documentation import findings_url
from tracer.formats.json_text import dump
from tracer.i18n import DEFAULT, pick
from tracer.rendering.changes.terminal import values
from tracer.rendering.visible_texts import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tracer.comparison import Difference
    from tracer.comparison.grouping import Line
    from tracer.comparison.report import ComparisonReport, RecordingComparison, SideComparison
    from tracer.findings import FindingLocation, Severity

__all__ = ["sarif"]

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS: dict[Severity, str] = {
    "error": "error",
    "undocumented": "warning",
    "breaking": "error",
    "additive": "note",
    "cosmetic": "note",
}
_VALUE = 400
_LIMIT = 2000


def sarif(report: ComparisonReport) -> str:
    """Return the JSON text, with a newline at its end.

    A difference that several recordings share is one result, located in the first of these recordings.
    Differences in the baseline are results with a suppression. Volatile differences are only counted,
    in the properties of the run.
    """
    rules = whys()
    run = {
        "tool": {
            "driver": {
                "name": "tracer diff",
                "informationUri": findings_url("severity"),
                "rules": [_rule(name, texts) for name, texts in rules.items()],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": [result for step in report.steps for result in _results(step, list(rules))],
        "properties": {
            "steps": [
                {
                    "from": step.before,
                    "to": step.after,
                    "onlyInFrom": step.only_before,
                    "onlyInTo": step.only_after,
                    "suppressed": {
                        pick(reasons().get(reason, {}), DEFAULT) or reason: count
                        for reason, count in step.volatile.items()
                    },
                }
                for step in report.steps
            ],
            "noLongerOccurs": report.stale,
        },
    }
    return dump({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(name: str, texts: Mapping[str, str]) -> dict[str, Any]:
    described = {"id": name, "shortDescription": {"text": pick(texts, DEFAULT) or name}}
    url = rule_url(name)
    return described | ({"helpUri": url} if url else {})


def _results(step: SideComparison, rules: Sequence[str]) -> Iterator[dict[str, Any]]:
    by_name = {row.recording: row for row in step.recordings}
    for accepted in (False, True):
        rows = [(row.recording, row.accepted if accepted else row.differences) for row in step.recordings]
        for section in sections(rows):
            for line in section.lines:
                result = _result(step, line, [by_name[name] for name in section.recordings], rules)
                yield result | ({"suppressions": [{"kind": "external"}]} if accepted else {})


def _result(
    step: SideComparison,
    line: Line[Difference],
    recordings: Sequence[RecordingComparison],
    rules: Sequence[str],
) -> dict[str, Any]:
    first, *further = [line_finding(line, recording) for recording in recordings]
    kind, change = line.difference.kind, values(line.difference, _VALUE)
    path = first.location.path
    text = f"{step.before} → {step.after}: {kind}: {path}{': ' if change else ''}{change}"
    result = {
        "ruleId": first.rule,
        "ruleIndex": rules.index(first.rule) if first.rule in rules else -1,
        "level": _LEVELS[first.severity],
        "message": {"text": visible(text, _LIMIT)},
        "locations": [_location(first.location)],
        "properties": {
            "severity": first.severity,
            "kind": kind,
            "recordings": [recording.after for recording in recordings],
        },
    }
    if further:
        result["relatedLocations"] = [
            {"id": number, **_location(finding.location)} for number, finding in enumerate(further, 1)
        ]
    return result


def _location(location: FindingLocation) -> dict[str, Any]:
    return {
        "physicalLocation": {"artifactLocation": {"uri": quote(PurePath(location.file).as_posix())}},
        "logicalLocations": [{"fullyQualifiedName": visible(location.path, _LIMIT)}],
    }
