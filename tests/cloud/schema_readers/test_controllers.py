from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, ClassVar

from tracer.cloud.schema_readers import decorators
from tracer.cloud.schema_readers.controllers import has_function, keep_controllers, route_rules

if TYPE_CHECKING:
    from collections.abc import Callable


class Version:
    def __init__(self, text: str) -> None:
        self.text = text

    def is_null(self) -> bool:
        return not self.text

    def get_string(self) -> str:
        assert self.text
        return self.text


class Resource:
    """A resource as Nova and Cinder have it."""

    tracer_controllers: tuple[Any, ...]

    def __init__(self, controller: Any) -> None:
        self.controller = controller
        self.wsgi_actions: dict[str, Any] = {}
        self.register_actions(controller)

    def register_actions(self, controller: Any) -> None:
        for key in getattr(controller, "wsgi_actions", {}):
            self.wsgi_actions[key] = lambda: None


VALIDATION: Any = SimpleNamespace(schema=lambda schema, **_versions: lambda function: function)
decorators.note_schemas(VALIDATION, {"schema": "request"})


def validated(schema: str, *versions: str) -> Callable[[Any], Any]:
    """Return the decorator that notes ``schema``."""
    decorate: Callable[[Any], Any] = VALIDATION.schema(schema, *versions)
    return decorate


class Keypairs:
    @validated("schema of show")
    def show(self) -> None: ...

    @validated("old", "2.1", "2.91")
    def _old(self) -> None: ...

    @validated("new", "2.10")
    def _new(self) -> None: ...

    create = _old
    versioned_methods: ClassVar[dict[str, Any]] = {
        "create": [
            SimpleNamespace(func=_old, start_version=Version("2.1"), end_version=Version("2.9")),
            SimpleNamespace(func=_new, start_version=Version("2.10"), end_version=Version("")),
        ]
    }


class Actions:
    wsgi_actions: ClassVar[dict[str, str]] = {"reboot": "_reboot", "create": "_create"}

    @validated("schema of reboot")
    def _reboot(self) -> None: ...

    @validated("schema of another controller")
    def _create(self) -> None: ...

    _reboot.max_version = "2.35"


class Kept(Resource):
    """A resource class that is changed."""


keep_controllers(Kept)


def found(resource: Any, name: str) -> list[tuple[str, str, str, str]]:
    rules = route_rules("POST", "/x", resource, name)
    return [(each["action"], each["schema"], each["min_version"], each["max_version"]) for each in rules]


def test_functions_of_a_name_by_microversion() -> None:
    resource = Kept(Keypairs())
    assert found(resource, "show") == [("", "schema of show", "", "")]
    assert found(resource, "create") == [("", "old", "2.1", "2.9"), ("", "new", "2.10", "")]
    assert found(resource, "index") == []


def test_actions_of_all_controllers() -> None:
    resource = Kept(SimpleNamespace())
    resource.register_actions(Actions())
    assert found(resource, "action") == [
        ("reboot", "schema of reboot", "", "2.35"),
        ("create", "schema of another controller", "", ""),
    ]
    assert found(resource, "create") == [("", "schema of another controller", "", "")]
    assert len(resource.wsgi_actions) == 2


def test_a_route_needs_a_function() -> None:
    resource = Kept(Keypairs())
    resource.register_actions(Actions())
    names = ("show", "create", "action", "new")
    assert [name for name in names if has_function(resource, name)] == ["show", "create", "action"]
    assert not has_function(None, "show")
