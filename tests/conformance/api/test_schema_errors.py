"""Errors by schemas, and what is no evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.conformance.api.calls import call, compared, schema_set
from tracer.conformance.api.schema_errors import schema_errors

if TYPE_CHECKING:
    from tracer.model import Exchange

FLAVORS = ("nova", "GET", "/flavors", "response")
OBJECT: dict[str, Any] = {
    "type": "object",
    "properties": {
        "flavors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"id": {"type": "string", "pattern": "^[0-9]+$"}, "ram": {"type": "integer"}},
                "required": ["id"],
                "additionalProperties": False,
            },
        }
    },
}


def errors(exchange: Exchange, *rules: Any, further: bool = False) -> list[tuple[str, str]]:
    found = compared(exchange, schemas=schema_set(*rules, further=further))
    return [(error.location, error.text) for error in schema_errors(found)]


def flavors(*items: Any, status: int = 200) -> Exchange:
    return call("nova", "GET", "/v2.1/flavors", status, body={"flavors": list(items)})


@pytest.mark.parametrize(
    ("item", "location", "text"),
    [
        ({"ram": 1}, "flavors[].id", "the field id is missing, which the schema requires"),
        ({"id": "1", "x": 1}, "flavors[].x", "the schema does not allow x"),
        ({"id": "1", "ram": "1"}, "flavors[].ram", "the value is of type string, not integer"),
        ({"id": "a"}, "flavors[].id", 'the value, a JSON string, violates pattern "^[0-9]+$" of the schema'),
        ("a", "flavors[]", "the value is of type string, not object"),
    ],
)
def test_an_error_has_location_and_reason(item: Any, location: str, text: str) -> None:
    assert errors(flavors({"id": "1"}, item), (*FLAVORS, OBJECT)) == [(f"response.body.{location}", text)]


def test_the_same_error_in_several_objects_is_one() -> None:
    assert len(errors(flavors({"ram": 1}, {"ram": 2}), (*FLAVORS, OBJECT))) == 1


def test_pseudonyms_and_failures_are_no_evidence() -> None:
    assert errors(flavors({"id": "<id-1>"}), (*FLAVORS, OBJECT)) == []
    assert errors(flavors({"ram": 1}, status=400), (*FLAVORS, OBJECT)) == []
    assert errors(flavors({"id": "<id-1>", "x": 1}), (*FLAVORS, OBJECT)) == [
        ("response.body.flavors[].x", "the schema does not allow x")
    ]


def test_a_body_that_is_nested_too_deep_for_the_validator_is_no_evidence() -> None:
    nested: Any = 1
    for _ in range(300):
        nested = [nested]
    assert errors(flavors(nested), (*FLAVORS, OBJECT)) == []


def test_a_declared_absence_of_a_body() -> None:
    text = "the response has a body, which the schema excludes"
    assert errors(flavors({}), (*FLAVORS, None)) == [("response.body", text)]
    assert errors(call("nova", "GET", "/v2.1/flavors", 200), (*FLAVORS, None)) == []


def test_a_query_has_lists_of_values_for_nova_and_values_for_keystone() -> None:
    many = {"properties": {"limit": {"type": "array", "maxItems": 1}}, "additionalProperties": False}
    rule = ("nova", "GET", "/flavors", "query", many)
    assert errors(call("nova", "GET", "/v2.1/flavors?limit=1"), rule) == []
    assert errors(call("nova", "GET", "/v2.1/flavors?limit=1&limit=2&x=1"), rule) == [
        ("request.query.limit", "the value, a JSON array, violates maxItems 1 of the schema"),
        ("request.query.x", "the schema does not allow x"),
    ]
    one = {"properties": {"name": {"type": "string"}}}
    assert (
        errors(call("keystone", "GET", "/v3/users?name=a"), ("keystone", "GET", "/v3/users", "query", one))
        == []
    )


def test_an_error_is_that_of_the_nearest_alternative() -> None:
    """Nova's schema of a server has alternatives; the server that is null has no fields to miss."""
    server = {"type": "object", "required": ["id"], "properties": {"ram": {"type": "integer"}}}
    schema = {"properties": {"server": {"oneOf": [{"type": "null"}, server]}}}
    rule = ("nova", "GET", "/servers/{id}", "response", schema)
    path = "/v2.1/servers/9c31f2c6-f22c-440e-b670-d8d5a5cc0405"
    assert sorted(errors(call("nova", "GET", path, body={"server": {"ram": "1"}}), rule)) == [
        ("response.body.server.id", "the field id is missing, which the schema requires"),
        ("response.body.server.ram", "the value is of type string, not integer"),
    ]
    text = "the value, a JSON string, violates oneOf of the schema"
    assert errors(call("nova", "GET", path, body={"server": "a"}), rule) == [("response.body.server", text)]


@pytest.mark.parametrize(
    ("version", "fields", "own", "further"),
    [
        # user_id is documented since 3.41, and x is not.
        ("3.41", {"id": "1", "user_id": "2"}, "user_id", ""),
        ("3.40", {"id": "1", "user_id": "2"}, "user_id", "user_id"),
        ("3.41", {"id": "1", "x": "2"}, "x", "x"),
        ("3.41", {}, "id", "id"),
    ],
)
def test_the_reference_knows_more_microversions_than_tempest(
    version: str, fields: dict[str, str], own: str, further: str
) -> None:
    snapshot = {"required": ["id"], "properties": {"id": {}}, "additionalProperties": False}
    schema = {"properties": {"snapshot": snapshot}}
    rule = ("cinder", "GET", "/v3/snapshots/{id}", "response", schema)
    headers = {"OpenStack-API-Version": f"volume {version}"}
    exchange = call("cinder", "GET", "/v3/snapshots/1", body={"snapshot": fields}, headers=headers)

    def names(*, further: bool) -> list[str]:
        return [location.rpartition(".")[2] for location, _ in errors(exchange, rule, further=further)]

    assert names(further=False) == [own]
    assert names(further=True) == ([further] if further else [])


def test_a_field_that_tempest_requires_at_other_microversions() -> None:
    schema = {"properties": {"hypervisors": {"items": {"required": ["uptime", "state", "status"]}}}}
    rule = ("nova", "GET", "/os-hypervisors/detail", "response", schema)
    headers = {"OpenStack-API-Version": "compute 2.53"}
    body = {"hypervisors": [{"state": "up"}]}
    exchange = call("nova", "GET", "/v2.1/os-hypervisors/detail", body=body, headers=headers)
    names = [location.rpartition(".")[2] for location, _ in errors(exchange, rule, further=True)]
    assert names == ["status"]  # uptime is there since 2.88


def test_two_formats_of_a_text_are_alternatives() -> None:
    """Formats are not compared, so both are valid, which `oneOf` excludes."""
    schema = {"properties": {"accessIPv4": {"oneOf": [{"format": "ipv4"}, {"const": ""}]}}}
    rule = ("nova", "GET", "/flavors", "response", schema)
    assert errors(call("nova", "GET", "/v2.1/flavors", body={"accessIPv4": ""}), rule) == []


def test_a_query_that_selects_fields_requires_no_others() -> None:
    schema = {"properties": {"ports": {"items": {"required": ["id", "name"]}}}}
    rule = ("neutron", "GET", "/v2.0/ports", "response", schema)
    body = {"ports": [{"other": 1}]}
    assert errors(call("neutron", "GET", "/v2.0/ports?fields=id", body=body), rule) == [
        ("response.body.ports[].id", "the field id is missing, which the schema requires")
    ]


def test_a_list_is_no_single_object_though_the_object_has_more_errors() -> None:
    """A request of Neutron creates a resource or a list of them: the alternatives have different keys."""
    port = {"properties": {"port": {"properties": {"a": {"type": "integer"}, "b": {"type": "integer"}}}}}
    schema = {"anyOf": [{"required": ["ports"]}, {**port, "required": ["port"]}]}
    rule = ("neutron", "GET", "/v2.0/ports", "response", schema)
    body = {"port": {"a": "x", "b": "y"}}
    assert sorted(
        location for location, _ in errors(call("neutron", "GET", "/v2.0/ports", body=body), rule)
    ) == [
        "response.body.port.a",
        "response.body.port.b",
    ]
