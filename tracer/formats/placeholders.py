"""Placeholders such as ``{image_id}`` in the texts of suites, and of requests to a new cloud."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["filled", "placeholders"]

_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")


def placeholders(value: Any) -> tuple[str, ...]:
    """Return the names of the placeholders in a text, or in all texts of lists and mappings, each once."""
    if isinstance(value, str):
        return tuple(dict.fromkeys(_PLACEHOLDER.findall(value)))
    if isinstance(value, dict):
        value = [*value, *value.values()]
    names = [name for part in value for name in placeholders(part)] if isinstance(value, list) else []
    return tuple(dict.fromkeys(names))


def filled(value: Any, values: Mapping[str, str]) -> Any:
    """Return ``value`` with values for placeholders in all of its texts.

    Raises KeyError for a placeholder without a value.
    """
    if isinstance(value, str):
        return _PLACEHOLDER.sub(lambda placeholder: values[placeholder[1]], value)
    if isinstance(value, dict):
        return {filled(key, values): filled(part, values) for key, part in value.items()}
    return [filled(part, values) for part in value] if isinstance(value, list) else value
