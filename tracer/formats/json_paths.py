"""Values inside a JSON document, by paths such as ``images.0.id``."""

from __future__ import annotations

from typing import Any

__all__ = ["value_at"]


def value_at(document: Any, path: str) -> Any:
    """Return the value at ``path``: keys of objects and indexes of lists, joined by dots.

    A key with a dot counts as one key if the object has it. Raises LookupError if there is no such value.
    """
    value = document
    rest = path
    while rest:
        if isinstance(value, dict) and rest in value:
            return value[rest]
        key, _, rest = rest.partition(".")
        try:
            value = value[int(key) if isinstance(value, list) else key]
        except (TypeError, ValueError):
            raise LookupError(key) from None
    return value
