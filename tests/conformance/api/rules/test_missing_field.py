"""Required fields and header fields that messages do not have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.conformance.api.calls import IMAGE, call, compared, schema_set
from tracer.conformance.api.rules.missing_field import missing_field

if TYPE_CHECKING:
    from tracer.api_reference.schema_types import SchemaSet
    from tracer.model import Exchange

IMAGE_FIELDS = """
checksum container_format created_at disk_format file id min_disk min_ram name os_hash_algo
os_hash_value os_hidden owner protected schema self size status tags updated_at virtual_size
visibility
"""
SHOWN: dict[str, Any] = dict.fromkeys(IMAGE_FIELDS.split()) | {"tags": []}
USER = {"id": "1", "name": "a", "domain_id": "d", "enabled": True, "password_expires_at": None, "links": {}}


def missing(exchange: Exchange, schemas: SchemaSet | None = None) -> list[tuple[str, str]]:
    found = missing_field(compared(exchange, schemas=schemas))
    return [(violation.severity, violation.location) for violation in found]


def test_a_field_that_is_nowhere_in_the_body() -> None:
    assert missing(call("glance", "GET", IMAGE, body=SHOWN)) == []
    without = {name: value for name, value in SHOWN.items() if name != "visibility"}
    assert missing(call("glance", "GET", IMAGE, body=without)) == [
        ("undocumented", "response.body.visibility")
    ]


def test_failures_and_bodies_that_are_not_there_are_no_evidence() -> None:
    assert missing(call("glance", "GET", IMAGE, 404, body={})) == []
    assert missing(call("glance", "GET", IMAGE)) == []
    assert missing(call("glance", "HEAD", IMAGE, body={"a": 1})) == []


def test_an_empty_list_has_no_fields_and_lacks_none() -> None:
    assert missing(call("keystone", "GET", "/v3/limits", body={"limits": [], "links": {"self": "a"}})) == []


def test_a_field_that_only_some_objects_of_a_list_have() -> None:
    users = [USER, {name: value for name, value in USER.items() if name != "enabled"}]
    body = {"users": users, "links": {"self": "a", "next": None, "previous": None}}
    assert missing(call("keystone", "GET", "/v3/users", body=body)) == [
        ("undocumented", "response.body.users[].enabled")
    ]


def test_a_name_with_dots_is_missing_in_its_object_only() -> None:
    server = {"id": "1", "flavor": {"vcpus": 1, "ram": 1}}
    headers = {"OpenStack-API-Version": "compute 2.47"}
    path = "/v2.1/servers/9c31f2c6-f22c-440e-b670-d8d5a5cc0405"
    found = missing(call("nova", "GET", path, body={"server": server}, headers=headers))
    locations = [location for _, location in found]
    assert "response.body.flavor.disk" in locations
    assert "response.body.flavor.ram" not in locations
    assert "response.body.fault.code" not in locations  # no fault, no code


def test_a_field_of_the_resource_is_missing_though_another_object_has_the_name() -> None:
    """The names without dots in a table with dots are those of the resource."""
    server = {"name": "a", "flavor": {"original_name": "b"}, "image": {"id": "2", "links": []}}
    path = "/v2.1/servers/9c31f2c6-f22c-440e-b670-d8d5a5cc0405"
    found = missing(call("nova", "GET", path, body={"server": server}))
    assert ("undocumented", "response.body.server.id") in found
    assert ("undocumented", "response.body.server.name") not in found


def test_the_link_to_the_next_page_has_no_fields_of_the_resource() -> None:
    page = {"servers": [{"id": "1", "name": "a"}], "servers_links": [{"rel": "next", "href": "b"}]}
    locations = [location for _, location in missing(call("nova", "GET", "/v2.1/servers/detail", body=page))]
    assert "response.body.status" in locations
    assert not [each for each in locations if "servers_links" in each]


def test_microversions_limit_the_required_fields() -> None:
    flavor = dict.fromkeys(("id", "name", "ram", "disk", "vcpus", "links", "swap", "rxtx_factor"))
    more = dict.fromkeys(("OS-FLV-EXT-DATA:ephemeral", "os-flavor-access:is_public"))
    body = {"flavors": [flavor | more]}
    path = "/v2.1/flavors/detail"
    assert missing(call("nova", "GET", path, body=body)) == []
    latest = {"OpenStack-API-Version": "compute latest"}
    assert missing(call("nova", "GET", path, body=body, headers=latest)) == []  # the version is not known
    newer = {"OpenStack-API-Version": "compute 2.55"}
    assert missing(call("nova", "GET", path, body=body, headers=newer)) == [
        ("undocumented", "response.body.description")
    ]


def test_a_query_that_selects_fields_asks_for_no_others() -> None:
    ports = {"ports": [{"id": "1"}]}
    assert missing(call("neutron", "GET", "/v2.0/ports?fields=id", body=ports)) == []
    assert missing(call("neutron", "GET", "/v2.0/ports?fields=id&fields=name", body=ports)) == [
        ("undocumented", "response.body.name")
    ]


def test_key_and_value_stand_for_users_words() -> None:
    body = {"extra_specs": {"hw:purpose": "demo"}}
    path = "/v2.1/flavors/9c31f2c6-f22c-440e-b670-d8d5a5cc0405/os-extra_specs"
    assert missing(call("nova", "POST", path, sent=body, body=body)) == []
    assert missing(call("nova", "POST", path, sent={"planted": 1}, body=body)) == [
        ("undocumented", "request.body.extra_specs")
    ]


def test_a_field_of_the_objects_in_a_list_is_missing_only_there() -> None:
    def routes(*routes: dict[str, str]) -> list[str]:
        router = {"router": {"id": "1", "routes": list(routes)}}
        path = "/v2.0/routers/9c31f2c6-f22c-440e-b670-d8d5a5cc0405"
        found = [location for _, location in missing(call("neutron", "GET", path, body=router))]
        assert "response.body.status" in found
        return [each for each in found if "destination" in each or "nexthop" in each]

    assert routes() == []
    assert routes({"destination": "192.0.2.0/24"}) == ["response.body.nexthop"]


def test_only_a_cloud_with_the_extension_has_its_fields() -> None:
    path = "/v2.0/routers/9c31f2c6-f22c-440e-b670-d8d5a5cc0405"
    found = [location for _, location in missing(call("neutron", "GET", path, body={"router": {"id": "1"}}))]
    assert "response.body.flavor_id" in found
    assert "response.body.service_type_id" not in found


def test_a_missing_header_field_is_an_error() -> None:
    body = {"auth": {"identity": {"methods": ["password"], "password": {"user": {"id": "a"}}},
                     "scope": {"system": {"all": True}}}}  # fmt: skip
    login = call("keystone", "POST", "/v3/auth/tokens", 201, sent=body)
    assert ("error", "response.headers.x-subject-token") in missing(login)
    login = call(
        "keystone", "POST", "/v3/auth/tokens", 201, sent=body, answered={"x-subject-token": "<token-1>"}
    )
    assert ("error", "response.headers.x-subject-token") not in missing(login)


def test_a_schema_has_exact_locations_and_is_an_error() -> None:
    schema = {"required": ["visibility", "flags"]}
    without = {name: value for name, value in SHOWN.items() if name != "visibility"}
    rules = schema_set(("glance", "GET", "/v2/images/{image_id}", "response", schema))
    assert missing(call("glance", "GET", IMAGE, body=without), rules) == [
        ("error", "response.body.visibility"),
        ("error", "response.body.flags"),
    ]
