"""Comparison of JSON values by structure: objects by key, lists by the names of their elements."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from tracer.comparison.differences import Change, Location
from tracer.comparison.json_values import WrittenFloat
from tracer.comparison.lists import align, names
from tracer.comparison.volatile import is_volatile, skeleton, written
from tracer.comparison.volatile_rules import lifetimes, references, unordered

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["compare_values", "kind_of", "location_of_value"]

_NAMES = ("id", "name", "domain")
"""Keys that name an object of Keystone. A name is unique within a domain."""
_LIFETIME_TOLERANCE = 2.0
"""Seconds. Services round the times of a token."""
_KINDS = {
    dict: "object",
    list: "array",
    str: "string",
    bool: "boolean",
    int: "number",
    float: "number",
    WrittenFloat: "number",
}


def kind_of(value: object) -> str:
    """Return the JSON type of ``value`` (RFC 8259, section 3)."""
    return "null" if value is None else _KINDS[type(value)]


def location_of_value(key: str, location: Location) -> Location:
    """Return the location of the value of ``key``. Its general form has the kind of a volatile key."""
    inside = location.key(key)
    if not is_volatile(key, location.general):
        return inside
    return inside._replace(general=location.key(skeleton(key, location.general)).general)


def compare_values(before: object, after: object, location: Location) -> Iterator[Change]:
    """Yield all differences between two JSON values at ``location``, each with its own location."""
    if kind_of(before) != kind_of(after):
        yield Change("type", location, before, after)
    elif isinstance(before, dict) and isinstance(after, dict):
        if references(location.general) and _names_otherwise(before, after):
            yield from _references(before, after, location)
            return
        yield from _objects(before, after, location)
    elif isinstance(before, list) and isinstance(after, list):
        yield from _lists(before, after, location)
    elif _written_otherwise(before, after):
        yield Change("changed", location, before, after)
    elif (text := written(before)) is not None and is_volatile(text, location.general):
        yield Change("same", location, before, after)


def _references(
    before: Mapping[str, object], after: Mapping[str, object], location: Location
) -> Iterator[Change]:
    """Yield one difference for a name and an ID, and the differences of all other keys."""
    named = [{key: inner for key, inner in value.items() if key in _NAMES} for value in (before, after)]
    rest = [{key: inner for key, inner in value.items() if key not in _NAMES} for value in (before, after)]
    yield Change("changed", location, named[0], named[1], reference=True)
    yield from _objects(rest[0], rest[1], location)


def _names_otherwise(before: Mapping[str, object], after: Mapping[str, object]) -> bool:
    """Return whether one reference has an ID, and the other one a name in its place."""
    ways = ["id" if "id" in value else "name" if "name" in value else "" for value in (before, after)]
    return sorted(ways) == ["id", "name"]


def _written_otherwise(before: object, after: object) -> bool:
    """Return whether two scalars differ: ``0`` and ``0.0`` differ for a strict reader, two ``NaN`` do not."""
    if type(before) is not type(after):
        return True
    if isinstance(before, WrittenFloat) and isinstance(after, WrittenFloat):
        return before.written != after.written
    return before != after and not (before != before and after != after)  # noqa: PLR0124 - NaN


def _objects(
    before: Mapping[str, object], after: Mapping[str, object], location: Location
) -> Iterator[Change]:
    renamed = _volatile_keys(before, after, location)
    for key, value in before.items():
        if key not in after and key not in renamed:
            yield Change("removed", location_of_value(key, location), value)
    for key, value in after.items():
        if key in before:
            here = location_of_value(key, location)
            if is_volatile(key, location.general):
                yield Change("same", here, key, key)
            yield from compare_values(before[key], value, here)
    for key_before, key_after in renamed.items():
        here = location_of_value(key_before, location)
        yield Change("changed", here, key_before, key_after)
        yield from compare_values(before[key_before], after[key_after], here)
    yield from _lifetimes(before, after, location)
    paired_keys = {*before, *renamed.values()}
    for key, value in after.items():
        if key not in paired_keys:
            yield Change("added", location_of_value(key, location), None, value)
    if [key for key in before if key in after] != [key for key in after if key in before]:
        yield Change("reordered", location, list(before), list(after), "keys")


def _lifetimes(
    before: Mapping[str, object], after: Mapping[str, object], location: Location
) -> Iterator[Change]:
    for begin, end in lifetimes():
        lasted_before, lasted_after = _seconds(before, begin, end), _seconds(after, begin, end)
        if lasted_before is None or lasted_after is None:
            continue
        if abs(lasted_before - lasted_after) > _LIFETIME_TOLERANCE:
            yield Change("changed", location.key(end), f"{lasted_before:g} s", f"{lasted_after:g} s")


def _seconds(value: Mapping[str, object], begin: str, end: str) -> float | None:
    """Return the seconds from the time at ``begin`` to the time at ``end``, None without two such times."""
    begins, ends = value.get(begin), value.get(end)
    if not isinstance(begins, str) or not isinstance(ends, str):
        return None
    try:
        return (datetime.fromisoformat(ends) - datetime.fromisoformat(begins)).total_seconds()
    except (ValueError, TypeError):  # no time, or only one of them has a time zone
        return None


def _volatile_keys(
    before: Mapping[str, object], after: Mapping[str, object], location: Location
) -> dict[str, str]:
    """Map keys of ``before`` to keys of ``after`` that differ from them only in volatile values."""
    keys_before = [key for key in before if key not in after and is_volatile(key, location.general)]
    keys_after = [key for key in after if key not in before and is_volatile(key, location.general)]
    renamed: dict[str, str] = {}
    for key_before in keys_before:
        for key_after in keys_after:
            if skeleton(key_before, location.general) == skeleton(key_after, location.general):
                renamed[key_before] = key_after
                keys_after.remove(key_after)
                break
    return renamed


def _lists(before: Sequence[object], after: Sequence[object], location: Location) -> Iterator[Change]:
    order = align(before, after, location)
    names_before, names_after = names(before, order.called), names(after, order.called)
    for index_before, index_after in order.pairs:
        here = location.item(names_after[index_after])
        if order.unsure:
            here = here._replace(unsure=True)
        yield from compare_values(before[index_before], after[index_after], here)
    for index in order.removed:
        yield Change("removed", location.item(names_before[index]), before[index])
    for index in order.added:
        yield Change("added", location.item(names_after[index]), None, after[index])
    if order.reordered:
        reason = "unordered" if unordered(location.general) else ""
        yield Change("reordered", location, list(before), list(after), reason)
