from __future__ import annotations

import functools
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any

from tests.cloud.adapters.standins import install
from tracer.cloud.schema_readers import decorators
from tracer.cloud.schema_readers.decorators import SchemaNote

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest


def validation() -> Any:
    """Return a module with a decorator as the services have it."""

    def schema(body: Any, min_version: str | None = None, max_version: str | None = None) -> Any:
        def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
            @functools.wraps(function)
            def wrapper() -> Any:
                return body, min_version, max_version, function()

            return wrapper

        return decorate

    module: Any = ModuleType("validation")
    module.schema = schema
    module.other = "untouched"
    return module


def test_a_function_keeps_its_schemas_and_works_as_before() -> None:
    module = validation()
    decorators.note_schemas(module, {"schema": "request", "query_schema": "query"})

    def plain() -> str:
        return "created"

    create = module.schema({"old": 1}, "2.1", "2.9")(module.schema({"new": 1}, min_version="2.10")(plain))

    @functools.wraps(create)
    def wrapped() -> None: ...

    expected = [
        SchemaNote("request", ("2.10", ""), {"new": 1}),
        SchemaNote("request", ("2.1", "2.9"), {"old": 1}),
    ]
    assert decorators.notes(create) == decorators.notes(wrapped) == expected
    assert create() == ({"old": 1}, "2.1", "2.9", ({"new": 1}, "2.10", None, "created"))
    assert not hasattr(module, "query_schema")


def test_a_function_without_a_decorator_has_no_schemas() -> None:
    assert decorators.notes(len) == []


def test_the_draft_is_that_of_the_validator(monkeypatch: pytest.MonkeyPatch) -> None:
    validator = SimpleNamespace(validator_org=SimpleNamespace(META_SCHEMA={"$schema": "draft 4"}))
    install(monkeypatch, service__validators={"Validator": validator})
    assert decorators.draft("service.validators", "Validator") == "draft 4"
