"""Outlines of JSON values: what remains of a value without its volatile parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.comparison.json_values import read_json
from tracer.comparison.volatile import skeleton, written

if TYPE_CHECKING:
    from collections.abc import Hashable

    from tracer.comparison.differences import Location

__all__ = ["outline"]


def outline(text: str, location: Location) -> Hashable:
    """Return the outline of a JSON text at ``location``, or the text itself if it is no JSON.

    Two texts have equal outlines if they differ only in volatile values, and in the order of keys.
    """
    try:
        return _outline(read_json(text), location)
    except (ValueError, RecursionError):
        return text


def _outline(value: object, location: Location) -> Hashable:
    if isinstance(value, dict):
        keys = {key: skeleton(key, location.general) for key in value}
        return frozenset((name, _outline(value[key], location.key(name))) for key, name in keys.items())
    if isinstance(value, list):
        return tuple(_outline(element, location.item("")) for element in value)
    form = written(value)
    return value if form is None else (type(value).__name__, skeleton(form, location.general))
