"""A report on checked recordings as SARIF."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tracer.conformance.findings import findings
from tracer.conformance.rule_texts import rule_texts
from tracer.documentation import findings_url
from tracer.rendering.sarif_log import SARIF_LEVELS, sarif_locations, sarif_log, sarif_rules, sarif_text

if TYPE_CHECKING:
    from tracer.conformance.report import ConformanceReport
    from tracer.findings import Finding

__all__ = ["sarif"]


def sarif(report: ConformanceReport) -> str:
    """Return the JSON text, with a newline at its end: a result for each finding."""
    rules = sarif_rules(rule_texts().check, "rule")
    results = [_result(finding) for check in report.recordings for finding in findings(check)]
    properties = {
        "failedCommands": [
            {"recording": check.recording, "failure": str(check.failure)}
            for check in report.recordings
            if check.fails_unexpectedly
        ]
    }
    return sarif_log("tracer check", findings_url("rule"), rules, results, properties)


def _result(finding: Finding) -> dict[str, Any]:
    return {
        "ruleId": finding.rule,
        "level": SARIF_LEVELS[finding.severity],
        "message": sarif_text(finding.text),
        **sarif_locations([finding.location]),
        "properties": {"severity": finding.severity, "sequence": finding.source},
    }
