"""Comparison of JSON values by structure: objects by key, lists by the names of their elements."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tracer.comparison.differences import Change, Location
from tracer.comparison.lists import align, names
from tracer.comparison.volatile import is_volatile, skeleton, unordered

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["compare_values", "kind_of"]

_KINDS = {dict: "object", list: "array", str: "string", bool: "boolean", int: "number", float: "number"}


def kind_of(value: object) -> str:
    """Return the JSON type of ``value`` (RFC 8259, section 3)."""
    return "null" if value is None else _KINDS[type(value)]


def compare_values(before: object, after: object, place: Location) -> Iterator[Change]:
    """Yield all differences between two JSON values at ``place``, each with its own location."""
    if before is after:
        return
    if kind_of(before) != kind_of(after):
        yield Change("type", place, before, after)
    elif isinstance(before, dict) and isinstance(after, dict):
        yield from _objects(before, after, place)
    elif isinstance(before, list) and isinstance(after, list):
        yield from _lists(before, after, place)
    elif _written_otherwise(before, after):
        yield Change("changed", place, before, after)


def _written_otherwise(before: object, after: object) -> bool:
    """Return whether two scalars differ: ``0`` and ``0.0`` differ for a strict reader, two ``NaN`` do not."""
    if type(before) is not type(after):
        return True
    return before != after and not (before != before and after != after)  # noqa: PLR0124 - NaN


def _objects(before: Mapping[str, object], after: Mapping[str, object], place: Location) -> Iterator[Change]:
    renamed = _volatile_keys(before, after, place)
    for key, value in before.items():
        if key not in after and key not in renamed:
            yield Change("removed", place.key(key), value)
    for key, value in after.items():
        if key in before:
            yield from compare_values(before[key], value, place.key(key))
    for ours, theirs in renamed.items():
        here = place.key(ours)._replace(general=place.key(skeleton(ours, place.general)).general)
        yield Change("changed", here, ours, theirs)
        yield from compare_values(before[ours], after[theirs], here)
    known = {*before, *renamed.values()}
    for key, value in after.items():
        if key not in known:
            yield Change("added", place.key(key), None, value)
    if [key for key in before if key in after] != [key for key in after if key in before]:
        yield Change("reordered", place, list(before), list(after), "keys")


def _volatile_keys(
    before: Mapping[str, object], after: Mapping[str, object], place: Location
) -> dict[str, str]:
    """Map keys of ``before`` to keys of ``after`` that differ from them only in volatile values."""
    ours = [key for key in before if key not in after and is_volatile(key, place.general)]
    theirs = [key for key in after if key not in before and is_volatile(key, place.general)]
    found: dict[str, str] = {}
    for key in ours:
        for other in theirs:
            if skeleton(key, place.general) == skeleton(other, place.general):
                found[key] = other
                theirs.remove(other)
                break
    return found


def _lists(before: Sequence[object], after: Sequence[object], place: Location) -> Iterator[Change]:
    order = align(before, after, place)
    ours, theirs = names(before, order.called), names(after, order.called)
    for index, other in order.pairs:
        yield from compare_values(before[index], after[other], place.item(theirs[other]))
    for index in order.removed:
        yield Change("removed", place.item(ours[index]), before[index])
    for index in order.added:
        yield Change("added", place.item(theirs[index]), None, after[index])
    if order.reordered:
        excuse = "unordered" if unordered(place.general) else ""
        yield Change("reordered", place, list(before), list(after), excuse)
