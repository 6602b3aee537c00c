"""The schemas of Glance: functions of the modules with its controllers."""

from __future__ import annotations

import importlib
from typing import Any

from .route_rules import Rule, rule, template

__all__ = ["PACKAGES", "read"]

PACKAGES = ("glance",)

_NAMESPACE = "/v2/metadefs/namespaces/{namespace}"
_ITEMS = (
    ("images", "/v2/images", "/v2/images/{image_id}"),
    ("image_members", "/v2/images/{image_id}/members", "/v2/images/{image_id}/members/{member_id}"),
    ("tasks", "/v2/tasks", "/v2/tasks/{task_id}"),
    ("metadef_namespaces", "/v2/metadefs/namespaces", _NAMESPACE),
    ("metadef_objects", f"{_NAMESPACE}/objects", f"{_NAMESPACE}/objects/{{object_name}}"),
    ("metadef_properties", f"{_NAMESPACE}/properties", f"{_NAMESPACE}/properties/{{property_name}}"),
    ("metadef_resource_types", f"{_NAMESPACE}/resource_types", ""),
    ("metadef_tags", f"{_NAMESPACE}/tags", f"{_NAMESPACE}/tags/{{tag_name}}"),
)
"""Modules, with the path of their collection and of its items."""

_VALIDATED = (
    "images",
    "tasks",
    "metadef_namespaces",
    "metadef_objects",
    "metadef_properties",
    "metadef_resource_types",
)
"""Modules that validate the body of POST by the schema of an item."""

_PUT = ("metadef_namespaces", "metadef_objects", "metadef_properties", "metadef_tags")
"""Modules that validate the body of PUT by the schema of an item."""

_NO_ITEM = ("metadef_tags",)
"""Modules whose POST to the collection has a list."""


def read() -> tuple[list[str], list[Rule]]:
    """Return the routes and rules of the installed package."""
    importlib.import_module("glance.common.config")
    # Some modules register options of the command line, which must happen before the line is parsed.
    router = importlib.import_module("glance.api.v2.router")
    importlib.import_module("oslo_config.cfg").CONF([], project="glance", default_config_files=[])
    mapper = importlib.import_module("routes").Mapper()
    router.API(mapper)
    routes = [
        f"{method} /v2{template(route.routepath)}"
        for route in mapper.matchlist
        if route.defaults.get("action") != "reject"
        for method in sorted((route.conditions or {}).get("method", ()))
    ]
    rules = [each for module, collection, item in _ITEMS for each in _rules(module, collection, item)]
    return routes, [each for each in rules if f"{each['method']} {each['path']}" in routes]


def _rules(name: str, collection: str, item: str) -> list[Rule]:
    module = importlib.import_module(f"glance.api.v2.{name}")
    resource = _schema(module, "get_task_schema" if name == "tasks" else "get_schema")
    rules = [rule("GET", collection, "response", _schema(module, "get_collection_schema"))]
    rules += [rule(method, item, "response", resource) for method in ("GET", "PUT", "PATCH")]
    if name not in _NO_ITEM:
        rules.append(rule("POST", collection, "response", resource))
    if name in _VALIDATED:
        rules.append(rule("POST", collection, "request", resource))
    if name in _PUT:
        rules.append(rule("PUT", item, "request", resource))
    return rules


def _schema(module: Any, name: str) -> Any:
    return getattr(module, name)().raw()
