from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from tests.cloud.adapters.standins import install
from tracer.cloud.schema_readers import glance_schemas

if TYPE_CHECKING:
    import pytest

MODULES = (
    "images",
    "image_members",
    "tasks",
    "metadef_namespaces",
    "metadef_objects",
    "metadef_properties",
    "metadef_resource_types",
    "metadef_tags",
)


def _route(path: str, action: str = "show", *methods: str) -> SimpleNamespace:
    return SimpleNamespace(
        routepath=path, defaults={"action": action}, conditions={"method": [*methods]} if methods else None
    )


class Mapper:
    """The routes of the router, as the library ``routes`` keeps them."""

    matchlist = (
        _route("/images", "index", "GET", "POST"),
        _route("/images/{image_id}", "update", "PATCH"),
        _route("/images/{image_id}", "reject", "PUT"),
        _route("/tasks/{task_id}", "get", "GET"),
        _route("/metadefs/namespaces/{namespace}/tags", "create", "POST"),
        _route("/metadefs/namespaces/{namespace}/tags/{tag_name}", "update", "PUT"),
        _route("/schemas/image"),
    )


def _schema(name: str) -> Any:
    return lambda: SimpleNamespace(raw=lambda: {"title": name})


def test_rules_of_the_routes_that_glance_has(monkeypatch: pytest.MonkeyPatch) -> None:
    modules = {
        f"glance__api__v2__{name}": {
            "get_schema": _schema(name),
            "get_task_schema": _schema("task"),
            "get_collection_schema": _schema(f"list of {name}"),
        }
        for name in MODULES
    }
    parsed: list[str] = []
    install(
        monkeypatch,
        glance__common__config={},
        glance__api__v2__router={"API": lambda mapper: mapper},
        oslo_config__cfg={"CONF": lambda words, project, **_files: parsed.extend([project, *words])},
        routes={"Mapper": Mapper},
        **modules,
    )
    routes, rules = glance_schemas.read()
    assert parsed == ["glance"]
    tags = "/v2/metadefs/namespaces/{namespace}/tags"
    assert routes == [
        "GET /v2/images",
        "POST /v2/images",
        "PATCH /v2/images/{image_id}",
        "GET /v2/tasks/{task_id}",
        f"POST {tags}",
        f"PUT {tags}/{{tag_name}}",
    ]
    assert [(each["method"], each["path"], each["part"], each["schema"]["title"]) for each in rules] == [
        ("GET", "/v2/images", "response", "list of images"),
        ("PATCH", "/v2/images/{image_id}", "response", "images"),
        ("POST", "/v2/images", "response", "images"),
        ("POST", "/v2/images", "request", "images"),
        ("GET", "/v2/tasks/{task_id}", "response", "task"),
        ("PUT", f"{tags}/{{tag_name}}", "response", "metadef_tags"),
        ("PUT", f"{tags}/{{tag_name}}", "request", "metadef_tags"),
    ]
