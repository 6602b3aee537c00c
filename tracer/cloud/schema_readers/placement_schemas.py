"""The schemas of Placement: modules with the schemas of requests and queries, by microversion."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from .route_rules import Rule, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["PACKAGES", "read"]

PACKAGES = ("openstack-placement",)

_PROVIDER = "/resource_providers/{uuid}"
_SCHEMAS = (
    ("PUT", f"{_PROVIDER}/aggregates", "request", "aggregate",
     {"PUT_AGGREGATES_SCHEMA_V1_1": "1.1", "PUT_AGGREGATES_SCHEMA_V1_19": "1.19"}),
    ("PUT", "/allocations/{consumer_uuid}", "request", "allocation",
     {"ALLOCATION_SCHEMA": "1.0", "ALLOCATION_SCHEMA_V1_8": "1.8", "ALLOCATION_SCHEMA_V1_12": "1.12",
      "ALLOCATION_SCHEMA_V1_28": "1.28", "ALLOCATION_SCHEMA_V1_34": "1.34",
      "ALLOCATION_SCHEMA_V1_38": "1.38"}),
    ("POST", "/allocations", "request", "allocation",
     {"POST_ALLOCATIONS_V1_13": "1.13", "POST_ALLOCATIONS_V1_28": "1.28", "POST_ALLOCATIONS_V1_34": "1.34",
      "POST_ALLOCATIONS_V1_38": "1.38"}),
    ("GET", "/allocation_candidates", "query", "allocation_candidate",
     {"GET_SCHEMA_1_10": "1.10", "GET_SCHEMA_1_16": "1.16", "GET_SCHEMA_1_17": "1.17",
      "GET_SCHEMA_1_21": "1.21", "GET_SCHEMA_1_25": "1.25", "GET_SCHEMA_1_31": "1.31",
      "GET_SCHEMA_1_33": "1.33", "GET_SCHEMA_1_35": "1.35", "GET_SCHEMA_1_36": "1.36"}),
    ("POST", f"{_PROVIDER}/inventories", "request", "inventory", {"POST_INVENTORY_SCHEMA": ""}),
    ("PUT", f"{_PROVIDER}/inventories", "request", "inventory", {"PUT_INVENTORY_SCHEMA": ""}),
    ("PUT", f"{_PROVIDER}/inventories/{{resource_class}}", "request", "inventory",
     {"BASE_INVENTORY_SCHEMA": ""}),
    ("POST", "/reshaper", "request", "reshaper",
     {"POST_RESHAPER_SCHEMA": "1.30", "POST_RESHAPER_SCHEMA_V1_34": "1.34",
      "POST_RESHAPER_SCHEMA_V1_38": "1.38"}),
    ("POST", "/resource_classes", "request", "resource_class", {"POST_RC_SCHEMA_V1_2": "1.2"}),
    ("PUT", "/resource_classes/{name}", "request", "resource_class",
     {"PUT_RC_SCHEMA_V1_2": "1.2", "": "1.7"}),
    ("POST", "/resource_providers", "request", "resource_provider",
     {"POST_RESOURCE_PROVIDER_SCHEMA": "1.0", "POST_RP_SCHEMA_V1_14": "1.14"}),
    ("PUT", _PROVIDER, "request", "resource_provider",
     {"PUT_RESOURCE_PROVIDER_SCHEMA": "1.0", "PUT_RP_SCHEMA_V1_14": "1.14"}),
    ("GET", "/resource_providers", "query", "resource_provider",
     {"GET_RPS_SCHEMA_1_0": "1.0", "GET_RPS_SCHEMA_1_3": "1.3", "GET_RPS_SCHEMA_1_4": "1.4",
      "GET_RPS_SCHEMA_1_14": "1.14", "GET_RPS_SCHEMA_1_18": "1.18"}),
    ("GET", "/traits", "query", "trait", {"LIST_TRAIT_SCHEMA": "1.6"}),
    ("PUT", f"{_PROVIDER}/traits", "request", "trait", {"SET_TRAITS_FOR_RP_SCHEMA": "1.6"}),
    ("GET", "/usages", "query", "usage",
     {"GET_USAGES_SCHEMA_1_9": "1.9", "GET_USAGES_SCHEMA_V1_38": "1.38"}),
)  # fmt: skip
"""Method, path, part, module, and the schemas with the first microversion of each; empty: no schema since."""


def read() -> tuple[list[str], list[Rule]]:
    """Return the routes and rules of the installed package."""
    declared = importlib.import_module("placement.handler").ROUTE_DECLARATIONS
    routes = [f"{method} {path}" for path, methods in declared.items() if path for method in methods]
    rules = [each for entry in _SCHEMAS for each in _rules(*entry)]
    return routes, [each for each in rules if f"{each['method']} {each['path']}" in routes]


def _rules(method: str, path: str, part: str, name: str, schemas: dict[str, str]) -> Iterator[Rule]:
    module = importlib.import_module(f"placement.schemas.{name}")
    present = {
        attribute: least
        for attribute, least in schemas.items()
        if not attribute or hasattr(module, attribute)
    }
    lasts = [*(_before(least) for least in list(present.values())[1:]), ""]
    # Without any schema, the list of last microversions is longer.
    for (attribute, least), last in zip(present.items(), lasts, strict=False):
        if attribute:
            yield rule(method, path, part, getattr(module, attribute), versions=(least, last))


def _before(version: str) -> str:
    """Return the microversion before ``version``."""
    major, minor = version.split(".")
    return f"{major}.{int(minor) - 1}"
