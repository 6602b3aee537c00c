from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from tests.cloud.adapters.standins import install
from tests.cloud.schema_readers.validated_services import URI, Volumes, validation_modules
from tracer.cloud.schema_readers import cinder_schemas

if TYPE_CHECKING:
    import pytest


class Configuration:
    """The configuration of Cinder: the reader parses no file, and names a database that it never opens."""

    def __init__(self) -> None:
        self.overridden: dict[str, str] = {}

    def __call__(self, words: list[str], project: str, default_config_files: list[str]) -> None:
        assert (words, project, default_config_files) == ([], "cinder", [])

    def set_override(self, name: str, value: str, group: str) -> None:
        self.overridden[f"{group}.{name}"] = value


def _route(resource: object, path: str, action: str, *methods: str) -> SimpleNamespace:
    defaults = {"controller": resource, "action": action}
    return SimpleNamespace(routepath=path, defaults=defaults, conditions={"method": [*methods]})


def _router() -> Any:
    modules: Any = sys.modules
    modules["cinder.rpc"].RPCAPI()  # as controllers do
    resource = modules["cinder.api.openstack.wsgi"].Resource(Volumes(modules["cinder.api.validation"]))
    routes = [
        _route(resource, "/{project_id:[0-9a-f]+}/volumes", "create", "POST"),
        _route(resource, "/volumes", "create", "POST"),
        _route(resource, "/volumes/:(id)", "show", "GET"),
        _route(resource, "/volumes/:(id)", "missing", "PUT"),
        _route(None, "/", "versions", "GET"),
    ]
    return SimpleNamespace(map=SimpleNamespace(matchlist=routes))


def test_a_route_with_and_without_the_project_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    configuration = Configuration()
    install(
        monkeypatch,
        cinder__common__config={},
        cinder__db__api={},
        cinder__rpc={"RPCAPI": type("RPCAPI", (), {"__init__": lambda _self: 1 / 0})},
        cinder__api__v3__router={"APIRouter": _router},
        oslo_config__cfg={"CONF": configuration},
        **validation_modules("cinder"),
    )
    routes, rules = cinder_schemas.read()
    assert routes == ["POST /v3/volumes", "GET /v3/volumes/{id}"]
    (rule,) = rules
    assert (rule["method"], rule["path"], rule["part"]) == ("POST", "/v3/volumes", "request")
    assert (rule["schema"], rule["draft"]) == ({"title": "create"}, URI)
    assert configuration.overridden == {"database.connection": "sqlite://"}
