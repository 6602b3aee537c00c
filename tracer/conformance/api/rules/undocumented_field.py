"""The rule ``undocumented-field``: a field whose name the reference has nowhere in the body."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from tracer.conformance.api.api_exchanges import Side
from tracer.conformance.api.body_objects import objects_in
from tracer.conformance.api.documented_fields import documented_fields
from tracer.conformance.api.violations import Violation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracer.conformance.api.api_exchanges import ApiExchange

__all__ = ["undocumented_field"]


def undocumented_field(exchange: ApiExchange) -> Iterator[Violation]:
    """Yield a violation for each field without a documented name, in requests that succeed and in responses.

    A body without any documented field, and an object that the reference does not describe, have none. A
    field that a schema allows as one of any names is a user's own.
    """
    side: Side
    for side in get_args(Side):
        body = exchange.body(side)
        if body is None or not exchange.succeeded:
            continue
        yield from dict.fromkeys(_violations(exchange, side, body))


def _violations(exchange: ApiExchange, side: Side, body: object) -> Iterator[Violation]:
    fields = documented_fields(exchange, side)
    if not fields:
        return
    for content in objects_in(body):
        if not fields.describe(content):
            continue
        for name in content.content:
            listed = exchange.is_listed(side, (*content.keys, name))
            if fields.named(name) or listed is False:
                continue
            if listed or not fields.allow(content, name):
                location = f"{side}.body.{content.location_of(name)}"
                yield Violation(location, "undocumented", f"the field {name} of the {side} is not documented")
