"""Modules of a service with controllers of Nova's kind, for tests of its reader."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

__all__ = ["URI", "Resource", "Volumes", "validation_modules"]

URI = "http://json-schema.org/draft-04/schema#"
"""The draft of JSON Schema that the validator of the service uses."""


class Resource:
    """A resource with one controller."""

    def __init__(self, controller: Any) -> None:
        self.controller = controller
        self.register_actions(controller)

    def register_actions(self, controller: Any) -> None:
        """Register the actions of a controller."""


class Volumes:
    """A controller with a validated function, which is decorated when it is defined."""

    def __init__(self, validation: Any) -> None:
        type(self).create = validation.schema({"title": "create"})(lambda _self: None)  # type: ignore[attr-defined]

    def show(self) -> None:
        """Respond without a schema."""


def validation_modules(service: str) -> dict[str, dict[str, Any]]:
    """Return the contents of the modules that validate requests, for ``install``."""
    original = SimpleNamespace(META_SCHEMA={"$schema": URI})
    return {
        f"{service}__api__validation": {"schema": lambda _schema, **_versions: lambda function: function},
        f"{service}__api__validation__validators": {
            "_SchemaValidator": SimpleNamespace(validator_org=original)
        },
        f"{service}__objects": {"register_all": lambda: None},
        f"{service}__api__openstack__wsgi": {"Resource": type("Kept", (Resource,), {})},
    }
