"""The rule ``undocumented-type``: a value of another type than the reference states for its name."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from tracer.conformance.api.api_exchanges import Side
from tracer.conformance.api.body_objects import json_type, objects_in
from tracer.conformance.api.documented_fields import documented_fields
from tracer.conformance.api.violations import Violation
from tracer.redaction.pseudonyms import has_pseudonym

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracer.conformance.api.api_exchanges import ApiExchange

__all__ = ["undocumented_type"]

_TYPES = {
    "array": "array",
    "bool": "boolean",
    "boolean": "boolean",
    "dict": "object",
    "dictionary": "object",
    "enum": "string",
    "float": "number",
    "int": "integer",
    "integer": "integer",
    "list": "array",
    "number": "number",
    "object": "object",
    "string": "string",
    "uuid": "string",
}
"""The JSON types by the words of the reference. Any other word states no type."""


def undocumented_type(exchange: ApiExchange) -> Iterator[Violation]:
    """Yield a violation for each value whose type is none of those that the reference has for its name.

    Null is a value of each type: the reference does not state which fields may be null.
    """
    side: Side
    for side in get_args(Side):
        body = exchange.body(side)
        if body is not None and exchange.succeeded:
            yield from dict.fromkeys(_violations(exchange, side, body))


def _violations(exchange: ApiExchange, side: Side, body: object) -> Iterator[Violation]:
    fields = documented_fields(exchange, side)
    for content in objects_in(body):
        if not fields.describe(content):
            continue
        for name, value in content.content.items():
            types = {_TYPES.get(each.type.lower(), "") for each in fields.named(name)}
            actual = json_type(value)
            if not types or "" in types or actual in types or actual == "null":
                continue
            if (actual, "number") == ("integer", *types) or _is_redacted(value):
                continue
            text = f"the field {name} of the {side} is of type {actual}, not {' or '.join(sorted(types))}"
            yield Violation(f"{side}.body.{content.location_of(name)}", "undocumented", text)


def _is_redacted(value: object) -> bool:
    return isinstance(value, str) and has_pseudonym(value)
