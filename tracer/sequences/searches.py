"""The results of searches: whether a list contains the resource that a failed lookup named."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

from tracer.sequences.json_bodies import json_content

if TYPE_CHECKING:
    from tracer.model import Exchange
    from tracer.sequences.automaton import Search
    from tracer.sequences.observations import Observation
    from tracer.sequences.schema import Entry

__all__ = ["is_fruitless", "name_in"]

_KEYS = ("id", "name")


def name_in(seen: Observation, lookup: Entry) -> str:
    """Return the ID or name in the path of ``seen``: the value of the parameter that ends its template.

    A name with slashes is more than one segment.
    """
    before, brace, _ = lookup.path.rpartition("{")
    return unquote(seen.path[len(before) :]) if brace else ""


def is_fruitless(exchange: Exchange, search: Search, wanted: str, *, is_filtered: bool) -> bool | None:
    """Return whether the list in the response lacks the resource ``wanted``, None if that is not certain.

    Two resources of that name are no result either: the client cannot choose. ``is_filtered`` says that the
    request asked for the name. The service may then compare names in another way, for example without case.
    """
    response = exchange.response
    if response is None or response.status != 200:
        return False
    items = _items(exchange, search.items)
    if items is None:
        return None
    count = sum(1 for item in items if wanted in (item.get(key) for key in _KEYS))
    if count or not items:
        return count != 1
    return None if is_filtered else True


def _items(exchange: Exchange, name: str) -> list[dict[str, object]] | None:
    data = json_content(exchange.response.body if exchange.response else None)
    items = data.get(name) if isinstance(data, dict) else None
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else None
