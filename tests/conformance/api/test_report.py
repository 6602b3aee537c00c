"""The comparison of recordings: findings, known contradictions, and recordings without an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from tests.conformance.api.calls import IMAGE, call, recording
from tracer import rulefolders
from tracer.conformance.api import ApiReport, api_exit_code, check_api
from tracer.conformance.api.contradictions import contradictions
from tracer.recording import save

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tracer.conformance.api.report import FailOn
    from tracer.model import Exchange, Recording

ROOTS = call("keystone", "GET", "/", 300)


def report(
    tmp_path: Path, *recordings: Recording, release: str | None = None, fail_on: FailOn = "error"
) -> ApiReport:
    paths = []
    for number, each in enumerate(recordings):
        paths.append(tmp_path / f"{number}.yaml")
        save(each, paths[-1])
    return check_api(paths, lambda _release: None, release, fail_on)


def without(name: str) -> Exchange:
    return call("glance", "GET", f"{IMAGE}?{name}=1")


def test_a_finding_has_rule_location_severity_source_and_link(tmp_path: Path) -> None:
    made = report(tmp_path, recording(ROOTS, call("glance", "GET", IMAGE, 418), release="zed"))
    (finding,) = made.findings
    assert (finding.rule, finding.severity, finding.operation) == (
        "undocumented-status", "error", "image.show-image",
    )  # fmt: skip
    assert (finding.recording, finding.exchange, finding.path) == (
        str(tmp_path / "0.yaml"),
        2,
        "response.status",
    )
    assert (finding.source, finding.release) == ("API reference of glance in zed", "zed")
    assert finding.link == "https://docs.openstack.org/api-ref/image/v2/index.html#show-image"


def test_only_errors_fail_unless_asked(tmp_path: Path) -> None:
    made = report(tmp_path, recording(without("planted")))
    assert (made.errors, made.undocumented, api_exit_code(made)) == (0, 1, 0)
    assert api_exit_code(report(tmp_path, recording(without("planted")), fail_on="undocumented")) == 1
    made = report(tmp_path, recording(without("planted"), call("glance", "GET", IMAGE, 418)))
    assert [finding.severity for finding in made.findings] == ["error", "undocumented"]
    assert api_exit_code(made) == 1


def test_of_a_single_request_only_the_response_is_compared(tmp_path: Path) -> None:
    exchanges = (without("planted"), call("glance", "GET", "/image/v2/colours", 404))
    assert report(tmp_path, recording(*exchanges)).findings
    for exchange in exchanges:
        alone = replace(recording(exchange), command="GET /v2/images?planted=1")
        assert report(tmp_path, alone).findings == []
    refused = replace(recording(call("glance", "GET", IMAGE, 418)), command="GET /v2/images/x")
    assert [finding.rule for finding in report(tmp_path, refused).findings] == ["undocumented-status"]


def test_a_known_contradiction_is_counted_and_never_fails(tmp_path: Path) -> None:
    made = report(tmp_path, recording(ROOTS, ROOTS), fail_on="undocumented")
    assert (made.known, made.findings, made.no_longer_occurring, api_exit_code(made)) == (2, [], [], 0)


def test_a_recording_without_a_release_is_not_compared(tmp_path: Path) -> None:
    made = report(tmp_path, recording(ROOTS, release=None), recording(ROOTS, release="ours"))
    assert [each.problem for each in made.recordings] == [
        "the recording names no release of its cloud: name it with --release",
        "no OpenStack release: ours: name it with --release",
    ]
    assert (made.unchecked, api_exit_code(made)) == (2, 2)
    assert api_exit_code(report(tmp_path, recording(ROOTS, release=None), release="zed")) == 0


def test_a_file_that_is_no_recording(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("format: [1")
    made = check_api([path], lambda _release: None)
    assert (len(made.recordings), made.unchecked, api_exit_code(made)) == (1, 1, 2)
    assert str(path) not in made.recordings[0].problem


def test_a_named_release_replaces_that_of_the_cloud(tmp_path: Path) -> None:
    clean = recording(call("glance", "POST", "/v2/cache/clean"), release="2026.2")
    assert report(tmp_path, clean).errors == 0
    (finding,) = report(tmp_path, clean, release="zed").findings
    assert (finding.rule, finding.release) == ("unknown-operation", "zed")


@pytest.fixture
def rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A folder of the user's rules with one entry, for statuses of `image.show-image` from 2024.1 on."""
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "contradictions.yaml").write_text(
        "contradictions:\n- {operation: image.show-image, rule: undocumented-status,"
        " locations: [response.status], since: '2024.1', until: '2026.2', evidence: ours}\n"
    )
    monkeypatch.setenv(rulefolders.VARIABLE, str(folder))
    contradictions.cache_clear()
    yield
    contradictions.cache_clear()


@pytest.mark.usefixtures("rules")
def test_an_entry_of_a_user_holds_in_its_releases(tmp_path: Path) -> None:
    wrong = call("glance", "GET", IMAGE, 202)
    assert report(tmp_path, recording(wrong)).known == 1
    assert report(tmp_path, recording(wrong, release="zed")).errors == 1


@pytest.mark.usefixtures("rules")
def test_an_entry_that_no_longer_occurs_is_reported(tmp_path: Path) -> None:
    good, wrong = call("glance", "GET", IMAGE), call("glance", "GET", IMAGE, 202)
    made = report(
        tmp_path, recording(wrong, release="2024.1"), recording(good), recording(good, release="zed")
    )
    (stale,) = made.no_longer_occurring
    assert (stale.operation, stale.location, stale.releases) == (
        "image.show-image",
        "response.status",
        ["2026.2"],
    )
    assert api_exit_code(made) == 0
    assert report(tmp_path, recording(ROOTS)).no_longer_occurring == []
