"""Properties in a JSON Schema: whether it lists the key of an object by its name, or allows any key."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracer.api_reference.schema_types import SchemaSet
    from tracer.conformance.api.body_objects import Key

__all__ = ["is_listed", "schema_content"]


@functools.lru_cache(maxsize=1024)
def schema_content(schemas: SchemaSet, index: int) -> object:
    """Return the content of a schema of ``schemas``."""
    return msgspec.json.decode(schemas.schemas[index])


def is_listed(schema: object, keys: Sequence[Key]) -> bool | None:
    """Return whether ``schema`` lists the property at ``keys`` by its name.

    Return False if the schema allows the property only as one of any names, and None if the schema says
    nothing about the location.
    """
    *outer, name = keys
    holders = [schema]
    for key in outer:
        holders = [inner for holder in holders for inner in _inner(holder, key, schema)]
    nodes = [node for holder in holders for node in _alternatives(holder, schema)]
    if any(name in node.get("properties", {}) for node in nodes):
        return True
    described = any("properties" in node or "patternProperties" in node for node in nodes)
    return False if described or any(node.get("additionalProperties") for node in nodes) else None


def _inner(holder: object, key: Key, root: object) -> Iterator[object]:
    for node in _alternatives(holder, root):
        if isinstance(key, int):
            items = node.get("items")
            yield from [items] if isinstance(items, dict) else items or []
        elif key in node.get("properties", {}):
            yield node["properties"][key]
        else:
            yield from node.get("patternProperties", {}).values()
            yield node.get("additionalProperties")


def _alternatives(node: object, root: object, depth: int = 0) -> Iterator[dict[str, Any]]:
    """Yield a schema and all schemas that it combines for the same value."""
    if not isinstance(node, dict) or depth > 10:
        return
    yield node
    for keyword in ("allOf", "anyOf", "oneOf"):
        for each in node.get(keyword, ()):
            yield from _alternatives(each, root, depth + 1)
    reference = node.get("$ref")
    if isinstance(reference, str) and reference.startswith("#/"):
        target = root
        for part in reference[2:].split("/"):
            target = target.get(part) if isinstance(target, dict) else None
        yield from _alternatives(target, root, depth + 1)
