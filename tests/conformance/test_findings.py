"""The findings of a check: a rule, a severity, a location, and a source for each reason."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import msgspec

from tests.sequences.runs import HOST, by_id, exchange, versions_of_glance
from tracer.conformance import check, check_all
from tracer.conformance.findings import findings
from tracer.findings import Finding, FindingLocation
from tracer.model import FORMAT, Exchange, Recording
from tracer.sequences import DeviationKind

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).parents[2]
FLAVORS = exchange("GET", f"{HOST}/compute/v2.1/flavors", 200, to="nova")
PROBLEM_RULES = ("unreadable", "no-sequence", "undetermined")


def recording(exchanges: Iterable[Exchange], **fields: object) -> Recording:
    plain = Recording(format=FORMAT, command=None, recorded="2026-11-23T00:00:00Z", exchanges=list(exchanges))
    return msgspec.structs.replace(plain, **fields)


def test_a_conforming_recording_has_none() -> None:
    assert findings(check(recording(by_id()), "a.yaml")) == []


def test_each_deviation_has_its_rule_exchange_and_sequence() -> None:
    reported = findings(check(recording([versions_of_glance(500), FLAVORS], sequence="image-show"), "a.yaml"))
    assert [(finding.rule, finding.location.exchange) for finding in reported] == [
        ("wrong-status", 1),
        ("unexpected", 2),
        ("missing", None),
        ("missing", None),
    ]
    assert {(finding.severity, finding.source, finding.location.file) for finding in reported} == {
        ("error", "image-show", "a.yaml")
    }
    assert reported[2].text == "missing: steps 3, 4, POST /v3/auth/tokens to keystone"


def test_missing_evidence_comes_before_the_deviations() -> None:
    run = recording([*by_id(), FLAVORS], sequence="image-show", verdict="undetermined")
    rules = [finding.rule for finding in findings(check(run, "a.yaml"))]
    assert rules == ["undetermined", "unexpected"]


def test_a_recording_without_a_sequence() -> None:
    (reported,) = findings(check(recording([FLAVORS], command="openstack stack list"), "a.yaml"))
    text = "no documented sequence fits: nothing to compare with (tracer learn begins one)"
    assert reported == Finding("no-sequence", "error", FindingLocation("a.yaml"), "", text)


def test_an_unreadable_file(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("format: 1\ncommand: [")
    (checked,) = check_all([path]).recordings
    (reported,) = findings(checked)
    assert (reported.rule, reported.location) == ("unreadable", FindingLocation(str(path)))
    assert str(path) not in reported.text


def test_the_documentation_describes_each_rule() -> None:
    for language in ("", ".ko"):
        page = (ROOT / f"docs/reference/findings{language}.md").read_text("utf-8")
        described = re.findall(r'<a id="rule-([\w-]+)">', page)
        assert {*described} == {*PROBLEM_RULES, *get_args(DeviationKind)}
