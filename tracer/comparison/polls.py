"""Polls: requests that a client repeats until an object has reached a state.

How many polls a run has, and what each of them shows, is chance. The last request shows the result.
"""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING

from tracer.comparison.differences import Location
from tracer.comparison.volatile_rules import transitional_state

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracer.model import Exchange

__all__ = ["polls"]

_BODY = Location("response", "", "").within("body")


def polls(exchanges: Sequence[Exchange]) -> dict[int, str]:
    """Return the reasons of the polls in a run, by index.

    A poll is a GET request that the run repeats later. Its response shows an object in a transitional state.
    """
    groups: defaultdict[tuple[str, str, str], list[int]] = defaultdict(list)
    for index, exchange in enumerate(exchanges):
        if exchange.request.method == "GET":
            groups[exchange.sender, exchange.receiver, exchange.request.url].append(index)
    found: dict[int, str] = {}
    for indexes in groups.values():
        for index in indexes[:-1]:
            if reason := _in_transition(exchanges[index]):
                found[index] = reason
    return found


def _in_transition(exchange: Exchange) -> str:
    body = exchange.response.body if exchange.response else None
    if body is None or body.json is None:
        return ""
    try:
        content = json.loads(body.json)
    except (ValueError, RecursionError):
        return ""
    return next((reason for at, value in _states(content) if (reason := transitional_state(at, value))), "")


def _states(content: object) -> Iterator[tuple[str, str]]:
    """Yield the texts of an object, and of the objects inside of it, with their general locations."""
    if not isinstance(content, dict):
        return
    for key, value in content.items():
        location = _BODY.key(key)
        if isinstance(value, str):
            yield location.general, value
        elif isinstance(value, dict):
            texts = ((inner, text) for inner, text in value.items() if isinstance(text, str))
            yield from ((location.key(inner).general, text) for inner, text in texts)
