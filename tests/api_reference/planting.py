"""Requests that operations of the reference select."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from tracer.api_reference.path_templates import shape_of

if TYPE_CHECKING:
    from tracer.api_reference import Operation

__all__ = ["Request", "request_of"]

ADDRESS = "192.0.2.7"


class Request(NamedTuple):
    """A request as ``operation_of`` takes it."""

    method: str
    path: str
    query: dict[str, str]
    body: Any


def request_of(operation: Operation) -> Request:
    """Return a request that has each thing that the selector of ``operation`` asks for."""
    value = ADDRESS if operation.selector.address else "value"
    template = operation.actual_path or operation.path
    path = shape_of(template.replace("{api_version}", "v2")).replace("{}", value)
    query = dict(condition.partition("=")[::2] for condition in operation.selector.query)
    body: dict[str, Any] = {}
    for condition in operation.selector.body:
        if not condition.startswith("!"):
            _put(body, condition, value)
    return Request("GET" if operation.method == "*" else operation.method, path, query, body)


def _put(body: dict[str, Any], condition: str, parameter: str) -> None:
    keys, equals, wanted = condition.partition("=")
    differs = keys.endswith("!")
    *outer, last = (key.partition("|")[0] for key in keys.removesuffix("!").split("."))
    for key in outer:
        body = body.setdefault(key, {})
    if not equals:
        body.setdefault(last, {}).setdefault("planted", True)
    elif differs:
        body[last] = "another"
    else:
        body[last] = {"null": None}.get(wanted, parameter if wanted.startswith("{") else wanted)
