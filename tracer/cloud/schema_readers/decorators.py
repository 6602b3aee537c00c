"""Validation decorators that note their schemas at the functions that they decorate."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

__all__ = ["SchemaNote", "draft", "note_schemas", "notes"]

_NOTES = "_tracer_notes"


class SchemaNote(NamedTuple):
    """A schema of a function, the part that it describes, and its range of microversions."""

    part: str
    versions: tuple[str, str]
    schema: Any


def note_schemas(validation: ModuleType, parts: dict[str, str]) -> None:
    """Replace the decorators of ``validation`` by ones that note their schema. ``parts`` names them.

    This must happen before the modules with decorated functions are imported.
    """
    for name, part in parts.items():
        if hasattr(validation, name):
            setattr(validation, name, _noting(getattr(validation, name), part))


def draft(module: str, validator: str) -> str:
    """Return the URI of the draft of JSON Schema that the class ``validator`` of a service uses."""
    original = getattr(importlib.import_module(module), validator).validator_org
    uri: str = original.META_SCHEMA["$schema"]
    return uri


def notes(function: object) -> list[SchemaNote]:
    """Return the schemas of a decorated function. Decorators that wrap it keep them."""
    return list(getattr(function, _NOTES, ()))


def _noting(original: Callable[..., Any], part: str) -> Callable[..., Any]:
    def decorator(
        schema: Any = None, min_version: str | None = None, max_version: str | None = None, **more: Any
    ) -> Callable[..., Any]:
        given = {"min_version": min_version, "max_version": max_version}
        apply = original(schema, **{name: value for name, value in given.items() if value}, **more)

        def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
            earlier = notes(function)
            decorated: Callable[..., Any] = apply(function)
            setattr(
                decorated,
                _NOTES,
                [*earlier, SchemaNote(part, (min_version or "", max_version or ""), schema)],
            )
            return decorated

        return decorate

    return decorator
