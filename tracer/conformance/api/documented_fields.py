"""The fields of a body that an operation documents: a flat list of names, most without a path."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from tracer.conformance.api.body_objects import is_id
from tracer.conformance.api.general_facts import general_facts, service_facts

if TYPE_CHECKING:
    from collections.abc import Collection

    from tracer.api_reference import Parameter
    from tracer.conformance.api.api_exchanges import ApiExchange, Side
    from tracer.conformance.api.body_objects import BodyObject

__all__ = ["PLACEHOLDERS", "DocumentedFields", "documented_fields"]

_PARAMETER = re.compile(r"\\\{[^{}]*\\\}")

PLACEHOLDERS = frozenset({"key", "value"})
"""Last parts of names such as ``flavor.extra_specs.key``, which stand for any key and its value."""


class DocumentedFields:
    """The documented fields of a body by name. The name of a field with dots is its last part, too."""

    def __init__(self, fields: list[Parameter], user_objects: Collection[str] = ()) -> None:
        self._by_name: dict[str, list[Parameter]] = defaultdict(list)
        self._open = set(general_facts().open_objects)
        self._user_objects = user_objects
        self._patterns: list[re.Pattern[str]] = []
        for field in fields:
            outer, _, last = field.name.rpartition(".")
            if last in PLACEHOLDERS and outer:
                self._open.add(outer.rpartition(".")[2])
            if "{" in field.name:  # a name with a parameter: volumes_{volume_type}
                self._patterns.append(re.compile(_PARAMETER.sub(".+", re.escape(field.name))))
            for name in {field.name, last}:
                self._by_name[name].append(field)

    def __bool__(self) -> bool:
        return bool(self._by_name)

    def named(self, name: str) -> list[Parameter]:
        """Return the documented fields with this name anywhere in the body."""
        return self._by_name.get(name, [])

    def describe(self, content: BodyObject) -> bool:
        """Return whether the reference describes the keys of an object.

        It does not describe the inside of an object of which it names no key, and an object with keys of
        users' own words.
        """
        if content.name in self._open or content.is_link:
            return False
        if content.location in general_facts().named_objects:
            return False
        return not content.keys or any(name in self._by_name for name in content.content)

    def allow(self, content: BodyObject, name: str) -> bool:
        """Return whether a key that is not documented may be there: an ID, or a user's own word."""
        if is_id(name) or any(pattern.fullmatch(name) for pattern in self._patterns):
            return True
        return content.location in self._user_objects and isinstance(content.content[name], str)


def documented_fields(exchange: ApiExchange, side: Side) -> DocumentedFields:
    """Return the documented fields of the body of a message at its microversion."""
    return DocumentedFields(exchange.parameters(side, "body"), service_facts(exchange.service).user_objects)
