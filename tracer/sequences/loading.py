"""Sequence files: read, checked, found by name; and their schema for editors."""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import Any

from tracer import yamltext
from tracer.datafiles import read, typed
from tracer.errors import InputError
from tracer.rulefolders import rule_files
from tracer.sequences.schema import TAG, Entry, Sequence

__all__ = ["catalog", "common_calls", "find", "include", "json_schema", "load"]

_HERE = Path(__file__).parent
_CATALOG = _HERE / "catalog"
_CALLS = _HERE / "calls.yaml"
_GROUPS = {"any_order": "any-order", "one_of": "one-of"}
_DEPTH = 20


def load(path: str | Path) -> Sequence:
    """Read the sequence file ``path``.

    Raises InputError with the file's name, the place in it and what was expected there.
    """
    source = str(path)
    data = yamltext.load(read(Path(path)), source)
    if not isinstance(data, dict):
        raise InputError(source, "expected a sequence: a YAML file with a name and its exchanges")
    if isinstance(data.get("exchanges"), list):
        data = {**data, "exchanges": [_tagged(item, source) for item in data["exchanges"]]}
    return typed(data, Sequence, source)


@functools.cache
def catalog() -> dict[str, Sequence]:
    """Return the known sequences by name: those that ship with tracer, users' own, and those included.

    A user's sequence replaces one of the same name. Callers share the dict: do not change it. Raises
    InputError for a user's file that cannot be used.
    """
    sequences = map(load, [*sorted(_CATALOG.glob("*.yaml")), *rule_files("sequences/*.yaml")])
    return {sequence.name: sequence for sequence in sequences}


def include(path: str | Path) -> Sequence:
    """Take the sequence file ``path`` into the catalogue of this process, in place of one of that name.

    Raises InputError as ``load`` does.
    """
    sequence = load(path)
    catalog()[sequence.name] = sequence
    return sequence


@functools.cache
def common_calls() -> tuple[Entry, ...]:
    """Return the service calls that any request may cause: users' own, then those that ship with tracer.

    Raises InputError for a user's file that cannot be used.
    """
    paths = [*rule_files(_CALLS.name), _CALLS]
    return tuple(call for path in paths for call in _load_calls(path))


def _load_calls(path: Path) -> tuple[Entry, ...]:
    source = path.name if path == _CALLS else str(path)
    return typed(yamltext.load(read(path), source), tuple[Entry, ...], source)


def find(name_or_path: str) -> Sequence:
    """The sequence of the catalogue called ``name_or_path``, or that of the file there.

    Raises InputError if there is neither, or if the file cannot be used.
    """
    known = catalog()
    if name_or_path in known:
        return known[name_or_path]
    if re.search(r"[/\\]|\.ya?ml$", name_or_path) or Path(name_or_path).is_file():
        return load(name_or_path)
    raise InputError("sequence", f"unknown sequence {name_or_path!r}; known: {', '.join(known)}")


def json_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a sequence file, for editors."""
    import msgspec

    made = msgspec.json.schema(Sequence)
    for definition in made["$defs"].values():
        if definition.get("properties", {}).pop(TAG, None):
            definition["required"].remove(TAG)
    _without_tags(made)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made}


def _tagged(item: object, source: str, depth: int = 0) -> object:
    """An item with the tag that tells msgspec its kind, by the keys that it has."""
    if not isinstance(item, dict):
        return item
    if TAG in item:
        raise InputError(source, f"object contains unknown field {TAG}", "exchanges")
    if depth > _DEPTH:
        raise InputError(source, "nested too deeply", "exchanges")
    for key, kind in _GROUPS.items():
        if key in item:
            return {**item, TAG: kind, key: _tagged_all(item[key], source, depth)}
    return {**item, TAG: "exchange"}


def _tagged_all(items: object, source: str, depth: int) -> object:
    if not isinstance(items, list):
        return items
    return [
        _tagged_all(item, source, depth) if isinstance(item, list) else _tagged(item, source, depth + 1)
        for item in items
    ]


def _without_tags(node: object) -> None:
    if isinstance(node, dict):
        node.pop("discriminator", None)
        for value in node.values():
            _without_tags(value)
    elif isinstance(node, list):
        for value in node:
            _without_tags(value)
