"""Values of a JSON Patch whose path leads to a place of the policy, whatever the patch is sent as."""

from __future__ import annotations

import json

import pytest
import yaml

from tests.redaction.canaries import as_json, as_text, exchange
from tests.redaction.text_forms import NESTINGS
from tracer.redaction import Redactor, load_policy, scan

POLICY = load_policy()
VALUE = "kJ7xQ2"  # too short to be searched for
POINTERS = [
    "/driver_info/agent/user",
    "/driver_info/x",
    "/driver_info/a~1b/c",
    "/extra/driver_info/0/y",
    "/driver_info/-",
]
VALUES = [VALUE, [VALUE, VALUE], {"a": {"b": VALUE}}, {"a": [[VALUE]]}]


def _patch(pointer: str, value: object) -> list[object]:
    return [
        {"op": "add", "path": "/name", "value": "first-neighbour"},
        {"op": "replace", "path": pointer, "value": value},
        {"value": ["second-neighbour"], "path": "/properties", "op": "add"},
    ]


@pytest.mark.parametrize("pointer", POINTERS)
@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("kind", ["text/plain", "application/json", "application/json-patch+json", ""])
def test_a_patch_of_any_type_is_searched(kind: str, value: object, pointer: str) -> None:
    patch = _patch(pointer, value)
    for body in (as_json(patch, kind), as_text(json.dumps(patch), kind), as_json({"patch": patch}, kind)):
        redacted = str(Redactor(POLICY).exchange(exchange(method="PATCH", body=body)))
        assert VALUE not in redacted
        assert "first-neighbour" in redacted
        assert "second-neighbour" in redacted


@pytest.mark.parametrize("nesting", NESTINGS)
@pytest.mark.parametrize("write", [json.dumps, yaml.safe_dump])
def test_a_patch_in_any_text_is_searched(write: object, nesting: str) -> None:
    assert callable(write)
    text = NESTINGS[nesting](write(_patch(POINTERS[0], VALUE)))
    redactor = Redactor(POLICY)
    kept = redactor.text(text)
    assert VALUE not in kept
    assert "first-neighbour" in kept
    assert "second-neighbour" in kept
    assert scan(text)
    assert scan(kept, known=redactor.known) == []


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "add", "path": "/passwords", "value": {"root": VALUE}},
        {"op": "add", "path": "/passwords/root", "value": VALUE},
        {"op": "add", "path": "/passwords/-", "value": [{"a": VALUE}]},
        {"op": "add", "path": "/user_data", "value": {"a": [VALUE]}},
    ],
)
def test_a_patch_of_what_is_secret_as_a_whole_is_searched(operation: dict[str, object]) -> None:
    for body in (as_json([operation]), as_text(f"DEBUG {json.dumps([operation])}")):
        assert VALUE not in str(Redactor(load_policy()).exchange(exchange(body=body)))


def test_a_place_that_nobody_has_gone_to_before_is_found() -> None:
    patch = [{"op": "add", "path": "/auth/identity", "value": {"token": {"id": VALUE}}}]
    kept = [{"op": "add", "path": "/driver_info", "value": {"deploy_kernel": "glance://1"}}]
    for _ in range(2):
        assert VALUE not in Redactor(load_policy()).text(f"DEBUG {json.dumps(patch)}")
        redacted = Redactor(load_policy()).exchange(exchange(answer=as_text(f"DEBUG {json.dumps(kept)}")))
        assert "glance://1" in str(redacted)


def test_a_patch_in_a_line_of_a_log_is_searched() -> None:
    line = f"REQ: curl -g -i -X PATCH http://h/v1/nodes/1 -d '{json.dumps(_patch(POINTERS[0], VALUE))}'"
    kept = Redactor(POLICY).text(line)
    assert VALUE not in kept
    assert kept.startswith("REQ: curl -g -i -X PATCH http://h/v1/nodes/1 -d '[{")


@pytest.mark.parametrize(
    "pointer", ["/driver_info/deploy_kernel", "/name", "/instance_info/image_source", ""]
)
def test_the_value_at_another_place_stays(pointer: str) -> None:
    text = json.dumps(_patch(pointer, "http://h/x"))
    assert Redactor(POLICY).text(text) == text
    assert not scan(text)
