"""The schemas of Neutron: attribute maps of its resources, as JSON Schemas."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any
from unittest.mock import MagicMock

from .attributes import request_schema, response_schema
from .route_rules import Rule, rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["PACKAGES", "read"]

PACKAGES = ("neutron", "neutron-lib")

_CORE = {"network": "networks", "subnet": "subnets", "subnetpool": "subnetpools", "port": "ports"}

_PREFIXES = {"QOS": "/qos", "LOGGING": "/log", "METERING": "/metering"}
"""The prefixes of paths that Neutron has from its plug-ins, by the type of the plug-in."""


def read() -> tuple[list[str], list[Rule]]:
    """Return the routes and rules of the installed packages."""
    _silence()
    core = importlib.import_module("neutron_lib.api.attributes").RESOURCES
    extensions = importlib.import_module("neutron.api.extensions")
    folder = importlib.import_module("neutron.extensions").__path__[0]
    manager = extensions.ExtensionManager(folder)
    own = {name: frozenset(attributes) for name, attributes in core.items()}
    for extension in manager.extensions.values():
        for name, attributes in _maps(extension).items():
            own.setdefault(name, frozenset(attributes))
    manager.extend_resources("2.0", core)
    listed = [(f"/v2.0/{name}", name, member, core[name], own[name]) for member, name in _CORE.items()]
    routes: list[str] = []
    controller = importlib.import_module("neutron.api.v2.base").Controller
    for extension in manager.extensions.values():
        for resource in _resources(extension):
            path = _path(resource)
            legacy = getattr(resource.controller, "controller", resource.controller)
            for name, method in dict(resource.member_actions).items():
                routes.append(f"{method} {path}/{{id}}/{name}")
            for name, method in dict(resource.collection_actions).items():
                routes.append(f"{method} {path}/{name}")
            name = resource.collection.replace("-", "_")
            if isinstance(legacy, controller):
                listed.append((path, name, legacy.resource, legacy.attr_info, own.get(name, frozenset())))
            else:
                routes += [f"GET {path}", f"GET {path}/{{id}}", f"POST {path}"]
                routes += [f"PUT {path}/{{id}}", f"DELETE {path}/{{id}}"]
    # Several extensions describe the resource that they extend.
    by_path = {entry[0]: entry for entry in listed}
    rules = [each for entry in by_path.values() for each in _rules(*entry)]
    routes += [f"DELETE {path}/{{id}}" for path in by_path]
    return sorted({*routes, *(f"{each['method']} {each['path']}" for each in rules)}), rules


def _silence() -> None:
    """Let extensions describe their resources without a plug-in."""
    directory = importlib.import_module("neutron_lib.plugins.directory")
    directory.get_plugin = _plugin  # type: ignore[attr-defined]
    importlib.import_module("neutron.common.config")
    rpc = importlib.import_module("neutron_lib.rpc")
    rpc.get_notifier = lambda *_words, **_options: MagicMock()  # type: ignore[attr-defined]
    # Times, tags and descriptions are attributes of the resources whose models are loaded.
    importlib.import_module("neutron.db.migration.models.head")
    conf = importlib.import_module("neutron.conf.common")
    conf.register_core_common_config_opts()
    conf.register_nova_opts()


def _plugin(name: str = "") -> MagicMock:
    return MagicMock(path_prefix=_PREFIXES.get(name, ""))


def _maps(extension: Any) -> dict[str, Any]:
    return {
        name: attributes
        for name, attributes in extension.get_extended_resources("2.0").items()
        # A map that extends another one has no key.
        if any(isinstance(each, dict) and each.get("primary_key") for each in attributes.values())
    }


def _resources(extension: Any) -> list[Any]:
    try:
        return list(extension.get_resources())
    except Exception:  # noqa: BLE001 - a resource that needs more than a plug-in has no schema
        return []


def _path(resource: Any) -> str:
    parent = resource.parent or {}
    above = f"/{parent['collection_name']}/{{{parent['member_name']}_id}}" if parent else ""
    return f"/v2.0{resource.path_prefix or ''}{above}/{resource.collection}"


def _rules(
    path: str, collection: str, member: str, attributes: Mapping[str, Any], own: frozenset[str]
) -> Iterator[Rule]:
    item = f"{path}/{{id}}"
    resource = response_schema(attributes, own)
    created = request_schema(attributes, own, "allow_post")
    updated = request_schema(attributes, own, "allow_put")
    yield rule("GET", path, "response", _body(collection, {"type": "array", "items": resource}))
    yield rule("GET", item, "response", _body(member, resource))
    yield rule("PUT", item, "response", _body(member, resource))
    yield rule("POST", path, "response", _body_of_any_number(member, collection, resource))
    yield rule("POST", path, "request", _body_of_any_number(member, collection, created))
    yield rule("PUT", item, "request", _body(member, updated))


def _body(key: str, schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a body with one key."""
    return {"type": "object", "properties": {key: schema}, "required": [key]}


def _body_of_any_number(member: str, collection: str, schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a body with one resource, or with several."""
    properties = {member: schema, collection: {"type": "array", "items": schema}}
    return {
        "type": "object",
        "properties": properties,
        "anyOf": [{"required": [member]}, {"required": [collection]}],
    }
