"""The shortest form of an entry in a sequence file: the inverse of ``tracer.sequences.expansion``."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import msgspec

from tracer.sequences.operation_facts import operation_facts
from tracer.sequences.schema import TAG, AnyOrder, Each, Entry, OneOf
from tracer.sequences.shared_entries import shared_entries, typed_shared_entries

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tracer.sequences.items import PlainEntry
    from tracer.sequences.schema import Item

__all__ = ["decompose", "shared_name"]

_DERIVED = (TAG, "steps", "id")


def decompose(items: Iterable[Item]) -> list[Any]:
    """Return ``items`` as plain values of a file with ``format: 2``, without what an entry inherits.

    Entries with steps count them in the order of ``items``.
    """
    return [_item(item) for item in items]


def shared_name(entry: Entry) -> str:
    """Return the name of the shared exchange that ``entry`` is, with possible differences; else empty.

    It is a shared exchange of the prologue with the same request. An entry with a required query is none.
    """
    if entry.query:
        return ""
    request = entry.receiver, entry.method, entry.path
    return next(
        (
            name
            for name, shared in typed_shared_entries().items()
            if shared.prologue and (shared.receiver, shared.method, shared.path) == request
        ),
        "",
    )


def _item(item: Item) -> Any:
    if isinstance(item, OneOf):
        return {"one_of": [decompose(branch) for branch in item.one_of]}
    if isinstance(item, AnyOrder):
        return {"any_order": decompose(item.any_order)}
    if isinstance(item, Each):
        return {"each": decompose(item.each), **({"of": item.of} if item.of != "arguments" else {})}
    name = shared_name(item)
    is_counted = not name or shared_entries()[name].get("counted", True)
    plain = _entry(item, name, default_id=name)
    return plain if bool(item.steps) == is_counted else {**plain, "counted": bool(item.steps)}


def _nested(entry: Entry) -> PlainEntry:
    return _entry(entry, shared_name(entry), default_id="")


def _entry(entry: Entry, name: str, default_id: str) -> PlainEntry:
    """Return the keys of ``entry`` that it does not inherit. ``name`` is that of its shared exchange."""
    plain = _plain(entry)
    inherited: PlainEntry = {}
    head: PlainEntry = {}
    if name:
        head["use"] = name
        inherited = _plain(typed_shared_entries()[name])
    elif entry.operation:
        facts = operation_facts(entry.operation)
        inherited = {"operation": entry.operation, **facts} if facts else {}
        head["operation"] = entry.operation
    own = _differences(plain, inherited)
    if entry.fallback and "fallback" in own:
        own["fallback"] = {**own["fallback"], "then": [_nested(inner) for inner in entry.fallback.then]}
    for key, calls in (("calls", entry.calls), ("afterwards", entry.afterwards)):
        if calls and key in own:
            own[key] = [_nested(call) for call in calls]
    return {**head, **({"id": entry.id} if entry.id != default_id else {}), **own}


def _plain(entry: Entry) -> PlainEntry:
    values: PlainEntry = msgspec.to_builtins(entry)
    return {key: value for key, value in values.items() if key not in _DERIVED}


def _differences(plain: Mapping[str, Any], inherited: Mapping[str, Any]) -> PlainEntry:
    """Return the keys with which ``plain`` replaces those that it inherits."""
    own = {key: value for key, value in plain.items() if _lists(value) != _lists(inherited.get(key))}
    return own | {key: _defaults()[key] for key in inherited if key not in plain}


@functools.cache
def _defaults() -> dict[str, Any]:
    fields = msgspec.structs.fields(Entry)
    return {
        field.encode_name: field.default_factory() if field.default is msgspec.NODEFAULT else field.default
        for field in fields
        if not field.required
    }


def _lists(value: Any) -> Any:
    """Return ``value`` with lists in place of tuples."""
    if isinstance(value, dict):
        return {key: _lists(inner) for key, inner in value.items()}
    return [_lists(inner) for inner in value] if isinstance(value, list | tuple) else value
