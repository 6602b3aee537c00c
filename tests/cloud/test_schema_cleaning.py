from __future__ import annotations

from typing import Any

import pytest

from tracer.cloud.schema_cleaning import cleaned, is_schema

NEWEST = "https://json-schema.org/draft/2020-12/schema"
DRAFT_4 = "http://json-schema.org/draft-04/schema#"


@pytest.mark.parametrize(
    ("schema", "draft"),
    [
        # Cinder: a type beside the names of properties
        ({"type": "object", "properties": {"type": "object", "name": {"type": "string"}}}, DRAFT_4),
        # Keystone: a tuple as description
        ({"properties": {"a": {"description": ["one", "two"], "type": "string"}}}, ""),
        ({"properties": {"tags": {"type": "array", "required": []}}}, DRAFT_4),
        ({"properties": {"a": {"type": "string", "required": True}}}, ""),
        # Nova of zed
        ({"type": "integer", "minimum": 0, "exclusiveMinimum": True}, DRAFT_4),
        ({"type": "array", "items": [{"type": "string"}]}, DRAFT_4),
    ],
)
def test_faults_of_services_are_removed(schema: Any, draft: str) -> None:
    assert not is_schema({"$schema": draft or NEWEST, **schema}) or not is_schema(schema)
    assert is_schema(cleaned(schema, draft))


def test_names_of_properties_and_values_are_no_keywords() -> None:
    schema = {
        "properties": {"description": {"type": "string"}, "required": {"enum": [{"description": 1}]}},
        "definitions": {"title": {"default": {"required": True}}},
        "required": ["description"],
    }
    assert cleaned(schema) == schema


def test_only_formats_that_mean_the_same_everywhere_stay() -> None:
    address, time, name = ({"type": "string", "format": word} for word in ("ipv6", "date-time", "name"))
    text = {"type": "string"}
    assert cleaned({"oneOf": [address, {"const": ""}]}) == {"oneOf": [address, {"const": ""}]}
    assert cleaned({"oneOf": [time, name, {"const": ""}]}) == {"anyOf": [text, text, {"const": ""}]}
    assert cleaned({"properties": {"format": time}}) == {"properties": {"format": text}}


def test_a_schema_keeps_its_own_draft() -> None:
    own = {"$schema": NEWEST, "type": "string"}
    assert cleaned(own, DRAFT_4) == own
    assert cleaned({"type": "string"}, DRAFT_4)["$schema"] == DRAFT_4


def test_a_fault_of_a_service_that_stays() -> None:
    assert not is_schema(cleaned({"type": "object", "additionalProperties": "False"}))
