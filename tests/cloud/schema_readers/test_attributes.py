from __future__ import annotations

from typing import Any

import pytest

from tracer.cloud.schema_readers.attributes import request_schema, response_schema


def convert_to_boolean(data: Any) -> Any:
    return data


def convert_to_protocol(data: Any) -> Any:
    return data


NETWORK = {
    "id": {"allow_post": False, "allow_put": False, "validate": {"type:uuid": None}, "is_visible": True},
    "name": {
        "allow_post": True,
        "allow_put": True,
        "validate": {"type:name_string": 255},
        "default": "",
        "is_visible": True,
    },
    "network_id": {
        "allow_post": True,
        "allow_put": False,
        "validate": {"type:uuid": None},
        "is_visible": True,
    },
    "tenant_id": {
        "allow_post": True,
        "allow_put": False,
        "validate": {"type:string": 255},
        "is_visible": True,
    },
    "shared": {
        "allow_post": True,
        "allow_put": True,
        "default": False,
        "convert_to": convert_to_boolean,
        "is_visible": True,
    },
    "extended": {
        "allow_post": True,
        "allow_put": True,
        "validate": {"type:values": ["a"]},
        "is_visible": True,
    },
    "secret": {"allow_post": True, "allow_put": True, "default": None, "is_visible": False},
    "parent": "not an attribute",
}
OWN = frozenset(NETWORK) - {"extended"}


def test_a_request_has_the_attributes_that_it_may_have() -> None:
    created = request_schema(NETWORK, OWN, "allow_post")
    assert set(created["properties"]) == {
        *("name", "network_id", "tenant_id", "project_id", "shared", "extended", "secret"),
    }
    assert created["required"] == ["network_id"]
    assert created["additionalProperties"] is False
    changed = request_schema(NETWORK, OWN, "allow_put")
    assert set(changed["properties"]) == {"name", "shared", "extended", "secret"}
    assert changed["required"] == []


def test_a_response_has_the_visible_attributes() -> None:
    schema = response_schema(NETWORK, OWN)
    assert schema["required"] == ["id", "name", "network_id", "shared", "tenant_id"]
    assert set(schema["properties"]) == {*schema["required"], "extended", "project_id"}
    assert schema["properties"]["shared"] == {"type": ["boolean", "null"]}


@pytest.mark.parametrize(
    ("attribute", "request_types", "response_types"),
    [
        ({"validate": {"type:uuid": None}}, ["string"], ["null", "string"]),
        ({"validate": {"type:uuid_or_none": None}}, ["null", "string"], ["null", "string"]),
        (
            {"validate": {"type:range": [0, 9]}, "default": None},
            ["integer", "null", "string"],
            ["integer", "null"],
        ),
        (
            {"convert_to": convert_to_boolean, "validate": {"type:boolean": None}},
            ["boolean", "integer", "string"],
            ["boolean", "null"],
        ),
        ({"validate": {"type:dict_or_nodata": {}}}, ["null", "object"], ["null", "object"]),
        ({"validate": {"type:fixed_ips": None}, "convert_list_to": len}, ["array"], ["array", "null"]),
        ({"convert_to": convert_to_protocol, "validate": {"type:string": 3}}, None, None),
        ({"validate": {"type:of_an_extension": None}}, None, None),
        ({"validate": {"type:string": 3, "type:integer": None}}, None, None),
        ({}, None, None),
    ],
)
def test_the_types_of_an_attribute(
    attribute: dict[str, Any], request_types: list[str] | None, response_types: list[str] | None
) -> None:
    there = {"x": {**attribute, "allow_put": True, "is_visible": True}}
    sent = request_schema(there, frozenset(), "allow_put")["properties"]["x"]
    answered = response_schema(there, frozenset())["properties"]["x"]
    assert sent.get("type") == request_types
    assert answered.get("type") == response_types


def test_a_text_has_a_greatest_length() -> None:
    schema = request_schema(NETWORK, OWN, "allow_post")
    assert schema["properties"]["name"] == {"type": ["string"], "maxLength": 255}
