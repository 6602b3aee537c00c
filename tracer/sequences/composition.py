"""Composition of sequence files: shared exchanges, operations, step numbers, references to steps.

A composed file (``format: 2``) has only the special facts of its command. Its expansion has the structure of
the file, so that the location of a fault is the same in both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tracer.errors import InputError
from tracer.sequences.expansion import ID, expand, is_counted, read_key, refuse_steps, without_count
from tracer.sequences.items import map_entries, map_nested_entries, with_tags
from tracer.sequences.schema import Name
from tracer.sequences.shared_entries import shared_entry
from tracer.sequences.step_references import with_step_numbers

if TYPE_CHECKING:
    from tracer.sequences.items import PlainEntry
    from tracer.sequences.step_references import StepNumbers

__all__ = ["FORMATS", "expand_entries", "expand_sequence", "expand_ways"]

FORMATS = (1, 2)
"""The formats of sequence files. A file without the key has the first."""

_NEW_KEYS = ("use", "id", "operation", "counted", "phase", "expect", "action")
"""The keys of an exchange that came with the second format."""

_ITEMS_OF_WAYS = ("exchanges", "then")


def expand_sequence(tree: dict[str, Any], source: str) -> dict[str, Any]:
    """Return the content of a sequence file of any format in its full form, without the key ``format``.

    Raise InputError with the location for an unknown format, operation, shared exchange or ID, and for an ID
    that stands twice.
    """
    version = tree.get("format", FORMATS[0])
    if version not in FORMATS or not isinstance(version, int) or isinstance(version, bool):
        known = " or ".join(map(str, FORMATS))
        raise InputError(source, f"expected {known}, got {version!r}: made by another tracer?", "format")
    prepare = _refuse_new_keys if version == FORMATS[0] else _compose
    expanded = {key: value for key, value in tree.items() if key != "format"}
    if "exchanges" in tree:
        expanded["exchanges"] = prepare(tree["exchanges"], source, "exchanges")
    return expanded


def expand_entries(tree: object, source: str) -> object:
    """Return a list of exchanges without steps in its full form: calls, requests of discovery."""
    return _expand_uncounted(tree, source, "")


def expand_ways(tree: object, source: str) -> object:
    """Return a list of ways to a token in its full form, with the tags of its items."""
    if not isinstance(tree, list):
        return tree
    return [_way(way, source, f"[{index}]") for index, way in enumerate(tree)]


def _way(way: object, source: str, location: str) -> object:
    if not isinstance(way, dict):
        return way
    return {
        key: with_tags(_expand_uncounted(value, source, f"{location}.{key}"), source)
        if key in _ITEMS_OF_WAYS
        else value
        for key, value in way.items()
    }


def _expand_uncounted(items: object, source: str, location: str) -> Any:
    def change(entry: PlainEntry, where: str) -> PlainEntry:
        if is_counted(entry, source, where, default=False):
            raise InputError(source, "only an exchange of a sequence is counted", where)
        expanded = expand(entry, source, where, shared_entry)
        return with_step_numbers(without_count(expanded), {}, source, where)

    return map_entries(items, location, change)


def _compose(items: object, source: str, location: str) -> Any:
    """Return the full form of ``items``, the exchanges of a sequence at ``location`` in its file."""
    numbers: dict[str, StepNumbers] = {}
    count = 0

    def numbered(entry: PlainEntry, where: str) -> PlainEntry:
        nonlocal count
        refuse_steps(entry, source, where)
        expanded = expand(entry, source, where, shared_entry)
        steps: StepNumbers = None
        if is_counted(expanded, source, where):
            steps = (count + 1, count + 2)
            count += 2
        _add_ids(expanded, steps, numbers, source, where)
        return {**without_count(expanded), **({"steps": list(steps)} if steps else {})}

    expanded = map_entries(items, location, numbered)
    return map_entries(
        expanded, location, lambda entry, where: with_step_numbers(entry, numbers, source, where)
    )


def _add_ids(
    entry: PlainEntry, steps: StepNumbers, numbers: dict[str, StepNumbers], source: str, location: str
) -> None:
    """Add the ID of ``entry`` and those of its exchanges to ``numbers``."""
    name = read_key(entry, ID, Name, source, location)
    if name is not None:
        if name in numbers:
            problem = f"the id {name!r} stands twice: give this exchange an id of its own"
            raise InputError(source, problem, location)
        numbers[name] = steps

    def add(nested: PlainEntry, where: str) -> PlainEntry:
        _add_ids(nested, None, numbers, source, where)
        return nested

    map_nested_entries(entry, location, add)


def _refuse_new_keys(items: object, source: str, location: str) -> Any:
    def change(entry: PlainEntry, where: str) -> PlainEntry:
        for key in _NEW_KEYS:
            if key in entry:
                problem = f"{key} needs `format: 2` at the beginning of the file"
                raise InputError(source, problem, where)
        return map_nested_entries(entry, where, change)

    return map_entries(items, location, change)
