"""The functions of a route, in services with controllers of Nova's kind: Nova and Cinder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import decorators
from .route_rules import Rule, narrowed, rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["PARTS", "has_function", "keep_controllers", "route_rules"]

PARTS = {"schema": "request", "query_schema": "query", "response_body_schema": "response"}
"""The decorators of validation, and the part of an exchange that each describes."""

_REGISTER = ("register_actions", "register_subcontroller_actions", "register_extensions")


def keep_controllers(resource: Any) -> None:
    """Let resources keep the controllers of their actions: a resource alone has bound functions.

    ``resource`` is the class. This must happen before resources are created.
    """
    resource.tracer_controllers = ()
    for name in _REGISTER:
        if hasattr(resource, name):
            setattr(resource, name, _keeping(getattr(resource, name)))


def _keeping(register: Callable[..., Any]) -> Callable[..., Any]:
    def keep(self: Any, controller: Any) -> None:
        self.tracer_controllers = (*self.tracer_controllers, controller)
        register(self, controller)

    return keep


def has_function(resource: Any, name: str) -> bool:
    """Return whether a resource has a function for the routes with this name."""
    controller = getattr(resource, "controller", None)
    return controller is not None and (
        name == "action" or hasattr(type(controller), name) or name in _actions(resource)
    )


def route_rules(method: str, path: str, resource: Any, name: str) -> Iterator[Rule]:
    """Yield the rules of a route: ``name`` is that of the function, or ``action`` for all actions."""
    for action, function, versions in _functions(resource, name):
        for note in decorators.notes(function):
            both = narrowed(versions, note.versions)
            if both:
                yield rule(method, path, note.part, note.schema, versions=both, action=action)


def _functions(resource: Any, name: str) -> Iterator[tuple[str, Any, tuple[str, str]]]:
    """Yield the functions of a route: the action of each, and its range of microversions."""
    actions = _actions(resource)
    if hasattr(type(resource.controller), name):
        chosen = {"": (type(resource.controller), name)}
    elif name == "action":
        chosen = actions
    else:
        # Up to 2025.1, the function of a route may be an action of another controller.
        chosen = {"": actions[name]} if name in actions else {}
    for action, (controller, method) in chosen.items():
        for function, versions in _versions(controller, method):
            yield action, function, versions


def _actions(resource: Any) -> dict[str, tuple[type, str]]:
    return {
        key: (type(each), method)
        for each in resource.tracer_controllers
        for key, method in getattr(each, "wsgi_actions", {}).items()
    }


def _versions(controller: type, name: str) -> Iterator[tuple[Any, tuple[str, str]]]:
    """Yield the functions of a name. A controller may have one for each range of microversions."""
    versioned = getattr(controller, "versioned_methods", None) or {}
    if name in versioned:
        for each in versioned[name]:
            yield each.func, (_text(each.start_version), _text(each.end_version))
    else:
        function = getattr(controller, name)
        least, most = (getattr(function, key, None) or "" for key in ("min_version", "max_version"))
        yield function, (least, most)


def _text(version: Any) -> str:
    """Return an ``APIVersionRequest`` as a text, empty for no limit."""
    no_limit = version.is_null() if hasattr(version, "is_null") else not version
    return "" if no_limit else version.get_string()
