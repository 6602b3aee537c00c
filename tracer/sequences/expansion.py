"""The full form of an exchange in a sequence file: with the keys of its operation and its shared exchange."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tracer.errors import InputError
from tracer.formats.data_files import typed
from tracer.sequences.items import map_nested_entries
from tracer.sequences.operation_facts import operation_facts, unknown_operation

if TYPE_CHECKING:
    from tracer.sequences.items import PlainEntry

__all__ = ["ID", "Lookup", "expand", "is_counted", "read_key", "refuse_steps", "without_count"]

ID = "id"
_USE = "use"
_COUNTED = "counted"
_OPERATION = "operation"

Lookup = Callable[[str, str, str], "PlainEntry"]
"""A function of the name of a shared exchange, and of the file and the location that use it.

It returns the full form of the shared exchange. It raises InputError for an unknown name.
"""


def expand(entry: PlainEntry, source: str, location: str, lookup: Lookup) -> PlainEntry:
    """Return ``entry`` with all inherited keys, and without ``use``.

    Keys of the file replace those of the operation, and both replace those of the shared exchange. The ID is
    the name of the shared exchange, unless the file has one. Exchanges in ``entry`` are expanded, too: they
    have no steps and no ID of a shared exchange.

    Raise InputError for an unknown operation or shared exchange.
    """
    inherited: PlainEntry = {}
    name = read_key(entry, _USE, str, source, location)
    if name is not None:
        inherited = {**lookup(name, source, f"{location}.{_USE}"), ID: name}
    operation = read_key(entry, _OPERATION, str, source, location)
    if operation is not None:
        facts = operation_facts(operation)
        if not facts:
            raise unknown_operation(operation, source, f"{location}.{_OPERATION}")
        inherited |= facts
    own = {key: value for key, value in entry.items() if key != _USE}
    return {**inherited, **map_nested_entries(own, location, _nested(source, lookup))}


def _nested(source: str, lookup: Lookup) -> Callable[[PlainEntry, str], PlainEntry]:
    def change(entry: PlainEntry, location: str) -> PlainEntry:
        if is_counted(entry, source, location, default=False):
            raise InputError(source, "only an exchange of the sequence itself is counted", location)
        expanded = expand(entry, source, location, lookup)
        if ID not in entry:
            expanded.pop(ID, None)
        return without_count(expanded)

    return change


def refuse_steps(entry: PlainEntry, source: str, location: str) -> None:
    """Raise InputError if the file gives ``entry`` step numbers."""
    if "steps" in entry:
        raise InputError(source, "format 2 counts the steps: leave out steps", location)


def is_counted(entry: PlainEntry, source: str, location: str, *, default: bool = True) -> bool:
    """Return whether the exchange has steps."""
    counted = read_key(entry, _COUNTED, bool, source, location)
    return default if counted is None else bool(counted)


def without_count(entry: PlainEntry) -> PlainEntry:
    """Return ``entry`` without the key that says whether it is counted."""
    return {key: value for key, value in entry.items() if key != _COUNTED}


def read_key(entry: PlainEntry, key: str, kind: Any, source: str, location: str) -> Any:
    """Return the value of a key of an exchange, None without the key.

    Raise InputError if the value has another type.
    """
    return typed(entry[key], kind, source, f"{location}.{key}") if key in entry else None
