"""Fields whose names the reference does not have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.conformance.api.calls import IMAGE, call, compared, schema_set
from tracer.conformance.api.rules.undocumented_field import undocumented_field

if TYPE_CHECKING:
    from tracer.api_reference.schema_types import SchemaSet
    from tracer.model import Exchange

PROJECT = "/v3/projects/9c31f2c6f22c440eb670d8d5a5cc0405"


def locations(exchange: Exchange, schemas: SchemaSet | None = None) -> list[str]:
    return [violation.location for violation in undocumented_field(compared(exchange, schemas=schemas))]


def shown(**fields: Any) -> Exchange:
    return call("keystone", "GET", PROJECT, body={"project": {"id": "1", "name": "a", **fields}})


def test_a_name_that_is_nowhere_in_the_reference() -> None:
    assert locations(shown(planted=1)) == ["response.body.project.planted"]
    assert locations(shown(enabled=True)) == []


def test_objects_that_the_reference_does_not_describe() -> None:
    assert locations(shown(links={"self": "a", "other": "b"}, options={"anything": 1})) == []
    assert locations(shown(planted={"inside": 1})) == ["response.body.project.planted"]


def test_failures_are_no_evidence() -> None:
    assert locations(call("keystone", "GET", PROJECT, 404, body={"error": {"planted": 1}})) == []


def test_users_choose_the_properties_of_an_image() -> None:
    assert locations(call("glance", "GET", IMAGE, body={"id": "1", "os_distro": "a"})) == []
    assert locations(call("glance", "GET", IMAGE, body={"id": "1", "planted": 1})) == [
        "response.body.planted"
    ]


def test_users_choose_the_properties_of_a_qos_specification() -> None:
    path = "/v3/9c31f2c6f22c440eb670d8d5a5cc0405/qos-specs"
    sent = {"qos_specs": {"name": "a", "purpose": "demo", "planted": 1}}
    assert locations(call("cinder", "POST", path, sent=sent)) == ["request.body.qos_specs.planted"]


def test_the_cloud_chooses_the_names_of_hosts() -> None:
    services = {"available": {"available": True}, "nova-compute": {"available": True, "active": True}}
    zone = {"zoneName": "a", "hosts": {"hosts": services, "compute1": services}}
    exchange = call("nova", "GET", "/v2.1/os-availability-zone/detail", body={"availabilityZoneInfo": [zone]})
    assert locations(exchange) == ["response.body.availabilityZoneInfo[].hosts.{}.{}.active"]


def test_a_schema_tells_fields_from_names_that_users_choose() -> None:
    schema: dict[str, Any] = {"properties": {"stores": {}}, "additionalProperties": {}}
    rules = schema_set(("glance", "GET", "/v2/images/{image_id}", "response", schema))
    body = {"id": "1", "stores": "a", "os_distro": "b", "planted": 1}
    assert locations(call("glance", "GET", IMAGE, body=body), rules) == ["response.body.stores"]


def test_a_documented_name_with_a_parameter_stands_for_any() -> None:
    path = "/v3/9c31f2c6f22c440eb670d8d5a5cc0405/os-quota-sets/8a8b1021c212e4e28b6e7e1331429cde?usage=True"
    quota: dict[str, Any] = {"volumes": {}, "volumes_demo-type": {}, "planted": {}}
    exchange = call("cinder", "GET", path, body={"quota_set": quota})
    assert locations(exchange) == ["response.body.quota_set.planted"]
