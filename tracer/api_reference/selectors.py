"""Selection among operations with the same method and path: the conditions of a selector."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tracer.api_reference.operation_types import Selector

__all__ = ["count_conditions", "selects"]

_MISSING = object()
_TRUE = frozenset({"1", "t", "true", "on", "y", "yes"})
"""Texts that OpenStack's services take for true (``oslo_utils.strutils``)."""


def selects(selector: Selector, values: Mapping[str, str], query: Mapping[str, str], body: object) -> bool:
    """Return whether all conditions hold. ``values`` are those of the path, ``body`` is the JSON body."""
    return (
        not selector.never
        and all(_is_address(values.get(name, "")) for name in selector.address)
        and all(_holds(condition, _with_booleans(query), values) for condition in selector.query)
        and all(_holds(condition, body, values) for condition in selector.body)
    )


def count_conditions(selector: Selector) -> int:
    """Return the number of conditions: of two selectors that hold, the one with more conditions decides."""
    return len(selector.address) + len(selector.query) + len(selector.body)


def _holds(condition: str, tree: object, values: Mapping[str, str]) -> bool:
    if condition.startswith("!"):
        return all(value in (None, {}) for value in _at(condition[1:].split("."), tree))
    keys, equals, wanted = condition.partition("=")
    present = [*_at(keys.removesuffix("!").split("."), tree)]
    if not equals:
        return bool(present)
    if wanted.startswith("{"):
        wanted = values.get(wanted.strip("{}"), "")
    if keys.endswith("!"):
        return any(_text(value) != wanted for value in present)
    return any(_text(value) == wanted for value in present)


def _at(keys: list[str], tree: object) -> Iterator[Any]:
    """Yield the values at a path of keys. ``|`` in a key separates alternatives."""
    if not keys:
        yield tree
    elif isinstance(tree, dict):
        for key in keys[0].split("|"):
            value = tree.get(key, _MISSING)
            if value is not _MISSING:
                yield from _at(keys[1:], value)


def _text(value: object) -> str | None:
    """Return a scalar as a condition spells it, None for an object or a list."""
    if value is None:
        return "null"
    return str(value) if isinstance(value, str | int | float) else None


def _with_booleans(query: Mapping[str, str]) -> dict[str, str]:
    """Return the parameters of a query, with one spelling of true."""
    return {name: "True" if value.lower() in _TRUE else value for name, value in query.items()}


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
