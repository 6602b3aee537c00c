from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.cloud.adapters.standins import install
from tracer.cloud.schema_readers import placement_schemas

if TYPE_CHECKING:
    import pytest


def test_a_schema_ends_before_the_next_and_an_older_release_has_fewer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = ("aggregate", "allocation", "allocation_candidate", "inventory", "reshaper", "resource_class")
    modules: dict[str, dict[str, Any]] = {
        f"placement__schemas__{name}": {} for name in (*names, "resource_provider", "trait", "usage")
    }
    modules["placement__schemas__aggregate"] = {
        "PUT_AGGREGATES_SCHEMA_V1_1": {"type": "array"},
        "PUT_AGGREGATES_SCHEMA_V1_19": {"type": "object"},
    }
    modules["placement__schemas__resource_class"] = {"PUT_RC_SCHEMA_V1_2": {"type": "object"}}
    modules["placement__schemas__trait"] = {"LIST_TRAIT_SCHEMA": {"type": "object"}}
    routes = {
        "": {"GET": None},
        "/resource_providers/{uuid}/aggregates": {"GET": None, "PUT": None},
        "/resource_classes/{name}": {"PUT": None},
    }
    install(monkeypatch, placement__handler={"ROUTE_DECLARATIONS": routes}, **modules)
    listed, rules = placement_schemas.read()
    assert listed == [
        "GET /resource_providers/{uuid}/aggregates",
        "PUT /resource_providers/{uuid}/aggregates",
        "PUT /resource_classes/{name}",
    ]
    assert [(each["path"], each["min_version"], each["max_version"]) for each in rules] == [
        ("/resource_providers/{uuid}/aggregates", "1.1", "1.18"),
        ("/resource_providers/{uuid}/aggregates", "1.19", ""),
        ("/resource_classes/{name}", "1.2", "1.6"),
    ]
