"""Schemas of services without faults that Python's validator tolerates, and strict ones refuse."""

from __future__ import annotations

from typing import Any

__all__ = ["cleaned", "is_schema"]

_DRAFT = "$schema"
_BY_NAME = frozenset({"properties", "patternProperties", "definitions", "$defs"})
"""Keywords whose values are schemas by name: a property may have the name of a keyword."""

_VALUES = frozenset({"const", "default", "enum", "example", "examples"})
"""Keywords whose values are no schemas."""

_TEXTS = frozenset({"description", "title"})
"""Keywords for readers. Some services write tuples there."""


def cleaned(schema: Any, draft: str = "") -> Any:
    """Return a schema without keywords that are no schemas, and with the draft of its service.

    ``draft`` is the URI of the draft, empty for the newest. A schema that names its own draft keeps it.
    """
    clean = _clean(schema)
    if draft and isinstance(clean, dict):
        return {_DRAFT: draft, **clean}
    return clean


def _clean(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_clean(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    clean: dict[str, Any] = {}
    for key, value in schema.items():
        if key in _VALUES:
            clean[key] = value
        elif key in _BY_NAME and isinstance(value, dict):
            # Cinder has "type" beside the names.
            clean[key] = {name: _clean(each) for name, each in value.items() if isinstance(each, dict | bool)}
        elif key == "required" and (isinstance(value, bool) or value == []):
            continue  # draft 3, and an empty list, which draft 4 refuses
        elif key not in _TEXTS:
            clean[key] = _clean(value)
    return clean


def is_schema(schema: Any) -> bool:
    """Return whether a validator accepts ``schema``."""
    import jsonschema_rs

    try:
        jsonschema_rs.validator_for(schema)
    except (ValueError, jsonschema_rs.ReferencingError):
        return False
    return True
