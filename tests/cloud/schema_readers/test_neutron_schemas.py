from __future__ import annotations

from importlib import import_module
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from tests.cloud.adapters.standins import install
from tracer.cloud.schema_readers import neutron_schemas

if TYPE_CHECKING:
    import pytest

    from tracer.cloud.schema_readers.route_rules import Rule

TEXT = {"validate": {"type:string": None}, "is_visible": True, "allow_post": True, "allow_put": False}
ID = {"validate": {"type:uuid": None}, "is_visible": True, "primary_key": True}


class Controller:
    """The controller of a resource with an attribute map."""

    def __init__(self, resource: str, attributes: dict[str, Any]) -> None:
        self.resource = resource
        self.attr_info = attributes


def _resource(collection: str, controller: object, **more: Any) -> SimpleNamespace:
    values = {"parent": None, "path_prefix": "", "member_actions": {}, "collection_actions": {}, **more}
    return SimpleNamespace(collection=collection, controller=controller, **values)


class Extension:
    """An extension: the attributes that it adds, and its resources."""

    def __init__(self, maps: dict[str, Any], *resources: Any) -> None:
        self.maps = maps
        self.resources = resources

    def get_extended_resources(self, version: str) -> dict[str, Any]:
        assert version == "2.0"
        return self.maps

    def get_resources(self) -> list[Any]:
        if self.resources == (None,):
            raise RuntimeError("needs more than a plug-in")
        return [*self.resources]


RULES = {"id": ID, "kind": TEXT}
EXTENSIONS = {
    "qos": Extension(
        {"policies": {"id": ID}, "networks": {"qos_policy_id": TEXT}},
        _resource(
            "policy-rules",
            SimpleNamespace(controller=Controller("policy_rule", RULES)),
            path_prefix="/qos",
            parent={"collection_name": "policies", "member_name": "policy"},
        ),
        _resource("agents", object(), member_actions={"reset": "PUT"}, collection_actions={"count": "GET"}),
    ),
    "broken": Extension({}, None),
}


class Manager:
    """The extensions of Neutron, found in a folder."""

    extensions = EXTENSIONS

    def __init__(self, folder: str) -> None:
        assert folder == "/extensions"

    def extend_resources(self, _version: str, core: dict[str, Any]) -> None:
        for extension in self.extensions.values():
            for name, attributes in extension.maps.items():
                core.setdefault(name, {}).update(attributes)


def _read(monkeypatch: pytest.MonkeyPatch) -> tuple[list[str], list[Rule]]:
    core = {name: {"id": ID, "name": TEXT} for name in ("networks", "subnets", "subnetpools", "ports")}
    install(
        monkeypatch,
        neutron_lib__api__attributes={"RESOURCES": core},
        neutron_lib__plugins__directory={},
        neutron_lib__rpc={},
        neutron__api__extensions={"ExtensionManager": Manager},
        neutron__api__v2__base={"Controller": Controller},
        neutron__common__config={},
        neutron__conf__common={
            "register_core_common_config_opts": lambda: None,
            "register_nova_opts": lambda: None,
        },
        neutron__db__migration__models__head={},
        neutron__extensions={"__path__": ["/extensions"]},
    )
    return neutron_schemas.read()


def test_routes_of_resources_with_and_without_an_attribute_map(monkeypatch: pytest.MonkeyPatch) -> None:
    routes, rules = _read(monkeypatch)
    item = "/v2.0/qos/policies/{policy_id}/policy-rules/{id}"
    assert {f"{method} {item}" for method in ("GET", "PUT", "DELETE")} <= {*routes}
    assert {"PUT /v2.0/agents/{id}/reset", "GET /v2.0/agents/count", "DELETE /v2.0/agents/{id}"} <= {*routes}
    assert {each["path"] for each in rules if "agents" in each["path"]} == set()
    assert "DELETE /v2.0/networks/{id}" in routes


def test_the_schemas_of_a_resource_and_of_what_extends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    _, rules = _read(monkeypatch)
    by_part = {(each["method"], each["path"], each["part"]): each["schema"] for each in rules}
    created = by_part["POST", "/v2.0/networks", "request"]
    assert created["anyOf"] == [{"required": ["network"]}, {"required": ["networks"]}]
    assert {"name", "qos_policy_id"} <= created["properties"]["network"]["properties"].keys()
    listed = by_part["GET", "/v2.0/networks", "response"]["properties"]["networks"]["items"]
    assert {"id", "name", "qos_policy_id"} <= listed["properties"].keys()
    # A cloud may have the attributes of the resource without those of an extension.
    assert {"id", "name"} <= {*listed["required"]}
    assert "qos_policy_id" not in listed["required"]
    shown = by_part["GET", "/v2.0/qos/policies/{policy_id}/policy-rules/{id}", "response"]
    assert shown["required"] == ["policy_rule"]


def test_a_plug_in_has_the_prefix_of_its_type(monkeypatch: pytest.MonkeyPatch) -> None:
    _read(monkeypatch)
    directory = import_module("neutron_lib.plugins.directory")
    prefixes = [directory.get_plugin(name).path_prefix for name in ("QOS", "LOGGING", "")]
    assert prefixes == ["/qos", "/log", ""]
