"""The same finding in many exchanges is said once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.conformance.api.calls import IMAGE, call, recording
from tests.conformance.api.test_report import report
from tracer.conformance.api.finding_groups import finding_groups, operation_groups

if TYPE_CHECKING:
    from pathlib import Path


def test_groups_by_finding_and_by_operation(tmp_path: Path) -> None:
    both = call("glance", "GET", f"{IMAGE}?a=1&b=1")
    made = report(tmp_path, recording(both, both), recording(both, release="zed"))
    assert [(group.first.path, len(group.findings)) for group in finding_groups(made.findings)] == [
        ("request.query.a", 3),
        ("request.query.b", 3),
    ]
    (group,) = operation_groups(made.findings)
    assert group.paths == ["request.query.a", "request.query.b"]
    assert group.recordings == [str(tmp_path / "0.yaml"), str(tmp_path / "1.yaml")]
    assert group.releases == ["zed", "2026.2"]
