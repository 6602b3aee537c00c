"""The report of ``tracer check --api`` as SARIF."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tracer.conformance.api.finding_groups import finding_groups
from tracer.conformance.rule_texts import rule_texts
from tracer.documentation import findings_url
from tracer.findings import FindingLocation
from tracer.rendering.sarif_log import SARIF_LEVELS, sarif_locations, sarif_log, sarif_rules, sarif_text

if TYPE_CHECKING:
    from tracer.conformance.api import ApiReport
    from tracer.conformance.api.finding_groups import FindingGroup

__all__ = ["api_sarif"]


def api_sarif(report: ApiReport) -> str:
    """Return the JSON text, with a newline at its end.

    The same finding in several exchanges is one result, with all its locations. Known contradictions are
    results with a suppression.
    """
    rules = sarif_rules(rule_texts().api, "api")
    results = [_result(group) for group in finding_groups(report.findings)]
    results += [
        _result(group) | {"suppressions": [{"kind": "external"}]}
        for group in finding_groups(report.contradictions)
    ]
    properties = {
        "notCompared": [
            {"recording": each.recording, "problem": each.problem}
            for each in report.recordings
            if each.problem
        ],
        "noLongerOccurs": [
            f"{each.operation} · {each.location}, {each.rule}" for each in report.no_longer_occurring
        ],
    }
    return sarif_log("tracer check --api", findings_url("api"), rules, results, properties)


def _result(group: FindingGroup) -> dict[str, Any]:
    first = group.first
    locations = [
        FindingLocation(finding.recording, finding.exchange, finding.path) for finding in group.findings
    ]
    return {
        "ruleId": first.rule,
        "level": SARIF_LEVELS[first.severity],
        "message": sarif_text(f"{first.operation} · {first.path}: {first.text} ({first.source})"),
        **sarif_locations(locations),
        "occurrenceCount": len(group.findings),
        "properties": {
            "severity": first.severity,
            "operation": first.operation,
            "source": first.source,
            "link": first.link,
            "releases": group.releases,
        },
    }
