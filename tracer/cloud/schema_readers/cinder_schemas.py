"""The schemas of Cinder: decorators of the controllers' functions. They are for requests only."""

from __future__ import annotations

import importlib
from typing import Any
from unittest.mock import MagicMock

from . import decorators
from .controllers import PARTS, has_function, keep_controllers, route_rules
from .route_rules import Rule, template

__all__ = ["PACKAGES", "read"]

PACKAGES = ("cinder",)


def read() -> tuple[list[str], list[Rule]]:
    """Return the routes and rules of the installed package."""
    validation = importlib.import_module("cinder.api.validation")
    decorators.note_schemas(validation, PARTS)
    importlib.import_module("cinder.objects").register_all()
    importlib.import_module("cinder.common.config")
    conf = importlib.import_module("oslo_config.cfg").CONF
    conf([], project="cinder", default_config_files=[])
    importlib.import_module("cinder.db.api")
    conf.set_override("connection", "sqlite://", "database")
    _silence(importlib.import_module("cinder.rpc"))
    keep_controllers(importlib.import_module("cinder.api.openstack.wsgi").Resource)
    router = importlib.import_module("cinder.api.v3.router").APIRouter()
    draft = decorators.draft("cinder.api.validation.validators", "_SchemaValidator")
    routes: dict[str, None] = {}
    rules: list[Rule] = []
    for route in router.map.matchlist:
        resource = route.defaults.get("controller")
        name = route.defaults.get("action", "")
        if not has_function(resource, name):
            continue
        path = f"/v3{template(route.routepath)}"
        for method in sorted((route.conditions or {}).get("method", ())):
            # With the project and without it, a route is there twice.
            if f"{method} {path}" not in routes:
                routes[f"{method} {path}"] = None
                rules += route_rules(method, path, resource, name)
    for each_rule in rules:
        each_rule["draft"] = draft
    return [*routes], rules


def _silence(rpc: Any) -> None:
    """Let controllers be created without a message queue."""
    rpc.TRANSPORT = rpc.NOTIFIER = MagicMock()
    rpc.RPCAPI.__init__ = lambda _self: None
