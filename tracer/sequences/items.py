"""The plain items of a sequence file: exchanges and groups of exchanges, before they get their types."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from tracer.errors import InputError
from tracer.sequences.schema import TAG

__all__ = ["PlainEntry", "count_nested", "map_entries", "map_nested_entries", "with_tags"]

PlainEntry = dict[str, Any]
"""An exchange as a file has it."""

_GROUPS = {"any_order": "any-order", "one_of": "one-of", "each": "each"}
_CALLS = ("calls", "afterwards")
_DEPTH = 20

_Change = Callable[[PlainEntry, str], PlainEntry]
"""A function of an exchange and its location in the file. It returns the changed exchange."""


def map_entries(items: object, location: str, change: _Change) -> Any:
    """Return ``items`` with ``change`` applied to each exchange, also in groups, in the order of the file.

    Values of other types stay: the check of types finds them later, at the same location.
    """
    if not isinstance(items, list):
        return items
    return [_changed(item, f"{location}[{index}]", change) for index, item in enumerate(items)]


def _changed(item: object, location: str, change: _Change) -> Any:
    if isinstance(item, list):
        return map_entries(item, location, change)
    if not isinstance(item, dict):
        return item
    for group in _GROUPS:
        if group in item:
            return {**item, group: map_entries(item[group], f"{location}.{group}", change)}
    return change(item, location)


def map_nested_entries(entry: PlainEntry, location: str, change: _Change) -> PlainEntry:
    """Return ``entry`` with ``change`` applied to the exchanges of its fallback and to its calls."""
    for keys in (("fallback", "then"), *((name,) for name in _CALLS)):
        entry = _nested(entry, location, change, *keys)
    return entry


def _nested(entry: PlainEntry, location: str, change: _Change, key: str, *keys: str) -> PlainEntry:
    value = entry.get(key)
    inner = f"{location}.{key}"
    if keys:
        return {**entry, key: _nested(value, inner, change, *keys)} if isinstance(value, dict) else entry
    if not isinstance(value, list):
        return entry
    changed = [
        change(item, f"{inner}[{index}]") if isinstance(item, dict) else item
        for index, item in enumerate(value)
    ]
    return {**entry, key: changed}


def count_nested(entry: PlainEntry, most: int) -> int:
    """Return the number of exchanges in the fallback and the calls of ``entry``, at most ``most`` + 1."""
    return sum(1 for _ in islice(_nested_in(entry), most + 1))


def _nested_in(entry: PlainEntry) -> Iterator[PlainEntry]:
    fallback = entry.get("fallback")
    then = fallback.get("then") if isinstance(fallback, dict) else None
    for items in (then, *map(entry.get, _CALLS)):
        for item in items if isinstance(items, list) else ():
            if isinstance(item, dict):
                yield item
                yield from _nested_in(item)


def with_tags(items: object, source: str, depth: int = 0) -> object:
    """Return ``items`` with the tags by which msgspec recognises their kinds. The keys of an item decide."""
    if not isinstance(items, list):
        return items
    return [
        with_tags(item, source, depth) if isinstance(item, list) else _tagged(item, source, depth)
        for item in items
    ]


def _tagged(item: object, source: str, depth: int) -> object:
    if not isinstance(item, dict):
        return item
    if TAG in item:
        raise InputError(source, f"object contains unknown field {TAG}", "exchanges")
    if depth > _DEPTH:
        raise InputError(source, "nested too deeply", "exchanges")
    for key, kind in _GROUPS.items():
        if key in item:
            return {**item, TAG: kind, key: with_tags(item[key], source, depth + 1)}
    return {**item, TAG: "exchange"}
