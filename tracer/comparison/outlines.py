"""Outlines of JSON values: texts that are equal for values with only volatile differences."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tracer.comparison.volatile import skeleton
from tracer.comparison.volatile_rules import unordered

if TYPE_CHECKING:
    from tracer.comparison.differences import Location

__all__ = ["outline"]


def outline(value: object, location: Location) -> str:
    """Return ``value`` as text with its volatile parts replaced. Keys, and lists without order, are sorted.

    Raise RecursionError if the value is nested too deeply.
    """
    if isinstance(value, dict):
        members = [
            f"{outline(key, location)}:{outline(inner, location.key(key))}" for key, inner in value.items()
        ]
        return f"{{{','.join(sorted(members))}}}"
    if isinstance(value, list):
        elements = [outline(element, location.item("")) for element in value]
        return f"[{','.join(sorted(elements) if unordered(location.general) else elements)}]"
    return skeleton(json.dumps(value, ensure_ascii=False), location.general)
