"""The objects in a JSON body, each with its location, and the locations of values."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["BodyObject", "general_location", "is_id", "joined", "objects_in"]

_ID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9]+")


class BodyObject(NamedTuple):
    """An object in a body. ``location`` is empty for the body itself, ``name`` is the key that it has."""

    location: str
    name: str
    content: Mapping[str, object]


def objects_in(body: object, location: str = "", name: str = "") -> Iterator[BodyObject]:
    """Yield all objects in a JSON body, from the outside to the inside."""
    waiting = [(body, location, name)]
    while waiting:
        value, location, name = waiting.pop()
        if isinstance(value, dict):
            yield BodyObject(location, name, value)
            waiting += [(each, joined(location, key), key) for key, each in reversed(value.items())]
        elif isinstance(value, list):
            waiting += [(each, f"{location}[]", name) for each in reversed(value)]


def joined(location: str, key: str) -> str:
    """Return the location of a key in the object at ``location``. ``{}`` stands for an ID."""
    return f"{location}.{'{}' if is_id(key) else key}".removeprefix(".")


def is_id(key: str) -> bool:
    """Return whether a key is an ID or a number, and no name of a field."""
    return _ID.fullmatch(key) is not None


def general_location(keys: Iterable[str | int]) -> str:
    """Return the location of a value by its keys and indexes: ``images[].name`` for images, 3, name."""
    location = ""
    for key in keys:
        location = f"{location}[]" if isinstance(key, int) else joined(location, key)
    return location
