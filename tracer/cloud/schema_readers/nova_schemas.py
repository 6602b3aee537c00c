"""The schemas of Nova: decorators of the controllers' functions."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any
from unittest.mock import MagicMock

from . import decorators
from .controllers import PARTS, keep_controllers, route_rules

if TYPE_CHECKING:
    from .route_rules import Rule

__all__ = ["PACKAGES", "read"]

PACKAGES = ("nova",)

_ROOT = "/v2.1"


def read() -> tuple[list[str], list[Rule]]:
    """Return the routes and rules of the installed package."""
    validation = importlib.import_module("nova.api.validation")
    decorators.note_schemas(validation, PARTS)
    importlib.import_module("nova.objects").register_all()
    conf = importlib.import_module("nova.conf").CONF
    conf([], project="nova", default_config_files=[])
    _silence(importlib.import_module("nova.rpc"))
    keep_controllers(importlib.import_module("nova.api.openstack.wsgi").Resource)
    listed = importlib.import_module("nova.api.openstack.compute.routes").ROUTE_LIST
    draft = decorators.draft("nova.api.validation.validators", "_SchemaValidator")
    routes: list[str] = []
    rules: list[Rule] = []
    for listed_path, methods in listed:
        if not isinstance(methods, dict):
            continue
        # The root of the service lists its versions. It is no route of the Compute API.
        path = _ROOT if listed_path == "/" else listed_path
        for method, (create, name) in methods.items():
            routes.append(f"{method} {path}")
            rules += route_rules(method, path, create(), name)
    for each in rules:
        each["draft"] = draft
    return routes, rules


def _silence(rpc: Any) -> None:
    """Let controllers be created without a message queue."""
    rpc.get_client = lambda *_args, **_options: None
    rpc.TRANSPORT = rpc.NOTIFIER = rpc.LEGACY_NOTIFIER = MagicMock()
