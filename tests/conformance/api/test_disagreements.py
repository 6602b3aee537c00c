"""Contradictions of all recordings together."""

from __future__ import annotations

from pathlib import Path

import msgspec

from tests.conformance.test_findings import recording
from tests.sequences.runs import HOST, exchange, versions_of_keystone
from tracer.conformance.api import Disagreement, check_api, contradictions, disagreements
from tracer.conformance.api.report import ApiFinding
from tracer.model import Cloud, Exchange
from tracer.recording import save

ZED = Path(__file__).parents[3] / "recordings/zed"


def _collected(folder: Path, *runs: tuple[str, list[Exchange]]) -> list[Disagreement]:
    paths = []
    for number, (release, exchanges) in enumerate(runs):
        paths.append(folder / f"{number}.yaml")
        save(recording(exchanges, cloud=Cloud(release=release)), paths[-1])
    return disagreements(check_api(paths, lambda _: None))


def test_a_known_contradiction_has_its_releases_counts_and_first_example(tmp_path: Path) -> None:
    root = versions_of_keystone()
    collected = _collected(
        tmp_path, ("2026.2", [root]), ("zed", [exchange("GET", f"{HOST}/image/v2/images", 200), root, root])
    )
    (found,) = [each for each in collected if each.operation == "keystone GET /"]
    assert found.releases == ("zed", "2026.2")
    assert (found.exchanges, found.recordings) == (3, 2)
    assert (found.recording, found.exchange) == (str(tmp_path / "1.yaml"), 2)
    assert (found.service, found.request, found.sources) == ("keystone", "GET /", ("reference",))
    assert found.evidence.startswith("Every client first requests")


def test_only_locations_that_occur_are_named() -> None:
    collected = disagreements(check_api([ZED / "image-list.yaml"], lambda _: None))
    (fields,) = [
        each
        for each in collected
        if (each.operation, each.rule) == ("image.list-images", "undocumented-field")
    ]
    known = {location for entry in contradictions() for location in entry.locations}
    assert "response.body.images[].min_disk" in fields.locations
    assert "response.body.images[].stores" in known - {*fields.locations}


def test_contradictions_of_other_recordings_are_there_with_their_releases(tmp_path: Path) -> None:
    collected = _collected(tmp_path, ("zed", [versions_of_keystone()]))
    assert len(collected) >= len(contradictions())
    absent = [each for each in collected if not each.recording]
    assert absent
    assert all(each.since and each.until and each.exchange == 0 for each in absent)
    assert [each.service for each in collected] == sorted(each.service for each in collected)


def test_a_finding_that_is_not_known_has_its_text_and_package(tmp_path: Path) -> None:
    report = check_api([], lambda _: None)
    finding = ApiFinding(
        rule="schema-violation",
        severity="error",
        operation="image.show-image",
        release="zed",
        recording="a.yaml",
        exchange=4,
        path="response.body.id",
        text="1 is not a string",
        source="glance==25.0.0",
    )
    later = msgspec.structs.replace(finding, release="2026.2", exchange=1)
    collected = disagreements(msgspec.structs.replace(report, findings=[later, finding]))
    (unknown,) = [each for each in collected if each.rule == "schema-violation" and each.recording]
    assert (unknown.evidence, unknown.since) == ("1 is not a string", "")
    assert (unknown.releases, unknown.exchange, unknown.sources) == (
        ("zed", "2026.2"),
        4,
        ("glance==25.0.0",),
    )
    assert unknown.link.endswith("#show-image")
