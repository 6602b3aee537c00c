"""Schemas of services without faults that Python's validator tolerates, and strict ones refuse."""

from __future__ import annotations

from typing import Any

from tracer.api_reference.schemas import compiled

__all__ = ["cleaned", "is_schema"]

_DRAFT = "$schema"
_BY_NAME = frozenset({"properties", "patternProperties", "definitions", "$defs"})
"""Keywords whose values are schemas by name: a property may have the name of a keyword."""

_VALUES = frozenset({"const", "default", "enum", "example", "examples"})
"""Keywords whose values are no schemas."""

_FORMATS = frozenset({"ipv4", "ipv6"})
"""Formats that mean the same everywhere. Services have formats of their own, and times without a zone."""

_TEXTS = frozenset({"description", "title"})
"""Keywords for readers. Some services write tuples there."""


def cleaned(schema: Any, draft: str = "") -> Any:
    """Return a schema without keywords that are no schemas, without most formats, and with its draft.

    ``draft`` is the URI of the service's draft, empty for the newest. A schema that names a draft keeps it.
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
        elif key == "format":
            clean.update({key: value} if value in _FORMATS else {})
        elif key == "oneOf" and "anyOf" not in schema and any(map(_has_other_format, value)):
            # Without their formats, several may be valid.
            clean["anyOf"] = _clean(value)
        elif key in _BY_NAME and isinstance(value, dict):
            # Cinder has "type" beside the names.
            clean[key] = {name: _clean(each) for name, each in value.items() if isinstance(each, dict | bool)}
        elif key == "required" and (isinstance(value, bool) or value == []):
            continue  # draft 3, and an empty list, which draft 4 refuses
        elif key not in _TEXTS:
            clean[key] = _clean(value)
    return clean


def _has_other_format(schema: Any) -> bool:
    return isinstance(schema, dict) and schema.get("format", "ipv4") not in _FORMATS


def is_schema(schema: Any) -> bool:
    """Return whether a validator accepts ``schema``."""
    try:
        compiled(schema)
    except ValueError:
        return False
    return True
