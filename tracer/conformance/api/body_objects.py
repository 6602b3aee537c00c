"""The objects in a JSON body, each with its location, and the locations of values."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from tracer.conformance.api.general_facts import general_facts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["BodyObject", "Key", "general_location", "is_id", "json_type", "objects_in"]

Key: TypeAlias = str | int
"""A key of an object, or an index of a list."""

_ID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9]+")
_TYPES: Mapping[type, str] = {
    str: "string", bool: "boolean", int: "integer", float: "number", list: "array", dict: "object",
}  # fmt: skip


class BodyObject(NamedTuple):
    """An object in a body, with the keys and indexes that lead to it: none for the body itself."""

    keys: tuple[Key, ...]
    content: Mapping[str, object]

    @property
    def location(self) -> str:
        """Return the location as ``general_location`` does."""
        return general_location(self.keys)

    @property
    def name(self) -> str:
        """Return the last key: of the object, or of the list that contains it. Empty for the body itself."""
        return next((key for key in reversed(self.keys) if isinstance(key, str)), "")

    @property
    def is_link(self) -> bool:
        """Return whether the object is a link, or has links by their names. The reference describes none."""
        return self.name.endswith("links")

    def location_of(self, name: str) -> str:
        """Return the location of a key of the object."""
        return general_location((*self.keys, name))


def objects_in(body: object) -> Iterator[BodyObject]:
    """Yield all objects in a JSON body, from the outside to the inside."""
    waiting: list[tuple[tuple[Key, ...], object]] = [((), body)]
    while waiting:
        keys, value = waiting.pop()
        if isinstance(value, dict):
            yield BodyObject(keys, value)
            waiting += [((*keys, key), each) for key, each in reversed(value.items())]
        elif isinstance(value, list):
            waiting += [((*keys, index), each) for index, each in reversed(list(enumerate(value)))]


def general_location(keys: Iterable[Key]) -> str:
    """Return the location of a value: ``images[].name`` for images, 3, name.

    ``{}`` stands for an ID, and for a name that the cloud gives.
    """
    named = general_facts().named_objects
    location = ""
    for key in keys:
        if isinstance(key, int):
            location += "[]"
        else:
            general = "{}" if is_id(key) or location in named else key
            location += f".{general}" if location else general
    return location


def is_id(key: str) -> bool:
    """Return whether a key is an ID or a number, and no name of a field."""
    return _ID.fullmatch(key) is not None


def json_type(value: object) -> str:
    """Return the name of the JSON type of a value."""
    return _TYPES.get(type(value), "null")
