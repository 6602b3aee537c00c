"""The criteria of ``conforms`` and the origins of sequences, as `tracer check` prints them."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec

from tests.cli.runner import tracer
from tests.shipped import release_of, sample_recordings
from tracer.conformance import check_all, criteria
from tracer.rendering.checks.terminal import basis
from tracer.sequences import Origin, catalog, find

SHIPPED = Path(__file__).parents[2] / "recordings"
SHOW = SHIPPED / "zed" / "image-show.yaml"


def _printed(origin: Origin | None) -> str:
    sequence = msgspec.structs.replace(find("image-show"), name="mine", origin=origin)
    return "\n".join(line.plain for line in basis(check_all([SHOW], sequence)))


def test_check_prints_its_criteria_and_origins() -> None:
    printed = " ".join(tracer("check", SHOW).stdout.split())
    for criterion in criteria():
        assert f"{criterion.name}: {criterion.text}" in printed
    assert "image-show: recorded from zed, 2023.1" in printed
    report = json.loads(tracer("check", SHOW, "--format", "json").stdout)
    assert [each["name"] for each in report["criteria"]] == [each.name for each in criteria()]
    assert report["sequences"][0]["sequence"] == "image-show"
    assert report["sequences"][0]["origin"]["releases"][0] == "zed"


def test_each_kind_of_origin_has_its_words() -> None:
    assert "mine: written by hand" in _printed(Origin(source="written"))
    assert "mine: recorded from zed, 2026.2" in _printed(
        Origin(source="recorded", releases=("zed", "2026.2"))
    )
    assert "mine: recorded, from unknown releases" in _printed(Origin(source="recorded"))
    assert "does not state its origin" in _printed(None)


def test_a_shipped_sequence_states_the_releases_of_its_recordings() -> None:
    for sequence in catalog().values():
        recorded = {release_of(path) for path in sample_recordings() if path.stem == sequence.name}
        assert sequence.origin is not None
        assert set(sequence.origin.releases) == recorded
        assert (sequence.origin.source == "recorded") == bool(recorded)
