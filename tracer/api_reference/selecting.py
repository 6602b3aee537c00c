"""Selection among operations with the same method and path: the conditions of a selector."""

from __future__ import annotations

import ipaddress
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tracer.api_reference.schema import Selector

__all__ = ["count", "holds"]

_MISSING = object()


def holds(selector: Selector, values: Mapping[str, str], query: Mapping[str, str], body: object) -> bool:
    """Return whether all conditions hold. ``values`` are those of the path, ``body`` is the JSON body."""
    return (
        not selector.never
        and all(_is_address(values.get(name, "")) for name in selector.address)
        and all(_holds(condition, query, values) for condition in selector.query)
        and all(_holds(condition, body, values) for condition in selector.body)
    )


def count(selector: Selector) -> int:
    """Return the number of conditions: of two selectors that hold, the one with more conditions decides."""
    return len(selector.address) + len(selector.query) + len(selector.body)


def _holds(condition: str, tree: object, values: Mapping[str, str]) -> bool:
    if condition.startswith("!"):
        return not any(True for _ in _at(condition[1:].split("."), tree))
    keys, equals, wanted = condition.partition("=")
    differs = keys.endswith("!")
    present = [*_at(keys.removesuffix("!").split("."), tree)]
    if not equals:
        return bool(present)
    if wanted.startswith("{"):
        wanted = values.get(wanted.strip("{}"), "")
    return any((_text(value) == wanted) is not differs for value in present)


def _at(keys: list[str], tree: object) -> Iterator[Any]:
    """Yield the values at a path of keys. ``|`` in a key separates alternatives."""
    if not keys:
        yield tree
    elif isinstance(tree, dict):
        for key in keys[0].split("|"):
            value = tree.get(key, _MISSING)
            if value is not _MISSING:
                yield from _at(keys[1:], value)


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
