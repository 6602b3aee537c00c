"""The schemas of Keystone: decorators of the views, and calls of ``lazy_validate`` in the views."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import textwrap
from typing import TYPE_CHECKING, Any

from . import decorators
from .route_rules import Rule, rule

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

__all__ = ["PACKAGES", "read", "takes", "validated_body"]

PACKAGES = ("keystone",)

_PARTS = {
    "request_body_schema": "request",
    "request_query_schema": "query",
    "response_body_schema": "response",
}
_VARIABLE = re.compile(r"<(?:\w+:)?(\w+)>")
_NAMED = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def read() -> tuple[list[str], list[Rule]]:
    """Return the routes and rules of the installed package."""
    draft = decorators.draft("keystone.common.validation.validators", "SchemaValidator")
    try:
        validation = importlib.import_module("keystone.api.validation")
    except ImportError:  # before 2025.1
        pass
    else:
        decorators.note_schemas(validation, _PARTS)
    conf = importlib.import_module("keystone.conf")
    conf.configure()
    conf.CONF([], project="keystone", default_config_files=[])
    application = importlib.import_module("keystone.server.flask.application")
    # Before 2023.2, the list is in the other module.
    modules = getattr(application, "__apis__", None) or importlib.import_module("keystone.api").__apis__
    app = importlib.import_module("flask").Flask("keystone")
    for module in modules:
        for api in module.APIs:
            api.instantiate_and_register_to_app(app)
    routes: list[str] = []
    rules: list[Rule] = []
    for each in app.url_map.iter_rules():
        path = _VARIABLE.sub(r"{\1}", each.rule)
        view = getattr(app.view_functions[each.endpoint], "view_class", None)
        for method in (name for name in _METHODS if name in each.methods):
            function = getattr(view, method.lower(), None)
            # A view has several paths, and not each of its functions has the parameters of all of them.
            if function and not takes(function, each.arguments):
                continue
            routes.append(f"{method} {path}")
            rules += _rules(method, path, function) if function else ()
    for each_rule in rules:
        each_rule["draft"] = draft
    return routes, rules


def takes(function: Any, arguments: Collection[str]) -> bool:
    """Return whether a view's function can be called with ``arguments`` alone."""
    _self, *parameters = inspect.signature(inspect.unwrap(function)).parameters.values()
    required = {each.name for each in parameters if each.default is each.empty and each.kind in _NAMED}
    return required <= set(arguments)


def _rules(method: str, path: str, function: Any) -> Iterator[Rule]:
    notes = decorators.notes(function)
    for note in notes:
        # Without a schema, a request is not validated; it may still have a body.
        if note.schema is not None or note.part == "response":
            yield rule(method, path, note.part, note.schema)
    if not any(note.part == "request" and note.schema is not None for note in notes):
        schema = validated_body(inspect.unwrap(function))
        if schema is not None:
            yield rule(method, path, "request", schema)


def validated_body(function: Any) -> Any:
    """Return the schema of the body that a function validates, None if this is not certain.

    The function must call ``lazy_validate`` once, outside of conditions and loops, with the body of the
    request or with a member of it.
    """
    tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    assert isinstance(tree, ast.FunctionDef), "inspect gives the source of a function"
    calls = [each for each in ast.walk(tree) if _called(each) == "lazy_validate"]
    certain = [each.value for each in tree.body if isinstance(each, ast.Expr)]
    if len(calls) != 1 or calls[0] not in certain:
        return None
    call = calls[0]
    assert isinstance(call, ast.Call), "only calls have the name of a called function"
    schema, target = call.args
    members = [
        each.value
        for each in tree.body
        if isinstance(each, ast.Assign) and isinstance(target, ast.Name) and _names(each) == [target.id]
    ]
    if len(members) != 1 and isinstance(target, ast.Name):
        return None
    key = _member(members[0] if members else target)
    if key is None:
        return None
    value = _value(schema, function)
    if not key or not isinstance(value, dict):
        return value
    required = {"required": [key]} if value.get("required") else {}
    return {"type": "object", "properties": {key: value}, **required}


def _called(node: ast.AST) -> str:
    """Return the last name of a called function, empty for another node."""
    if not isinstance(node, ast.Call):
        return ""
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def _names(node: ast.Assign) -> list[str]:
    return [getattr(each, "id", "") for each in node.targets]


def _member(node: ast.expr) -> str | None:
    """Return the member of the request's body that an expression reads: empty for the whole body."""
    text = ast.unparse(node)
    if text == "self.request_body_json":
        return ""
    match = re.fullmatch(r"self\.request_body_json\.get\('(\w+)'(?:, \{\})?\)", text)
    return match[1] if match else None


def _value(node: ast.expr, function: Any) -> Any:
    """Return the value of a dotted name in the module of a function."""
    first, *rest = ast.unparse(node).split(".")
    value = function.__globals__.get(first)
    for name in rest:
        value = getattr(value, name, None)
    return value
