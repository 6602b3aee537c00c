"""Faults planted into recordings, one at a time: the ground truth for `tracer check --api`."""

from __future__ import annotations

import copy
import functools
import json
import operator
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from tracer.conformance.api.api_exchanges import ApiExchange, api_exchanges
from tracer.conformance.api.body_objects import objects_in
from tracer.redaction.pseudonyms import has_pseudonym

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracer.conformance.api.body_objects import Key
    from tracer.model import Body, Exchange, Recording

__all__ = ["Planted", "planted"]

STATUSES = (200, 201, 202, 204, 300, 302, 409, 418)


class Planted(NamedTuple):
    """A recording with one fault in one exchange."""

    kind: str
    service: str
    number: int
    text: str
    recording: Recording


def planted(recording: Recording, release: str) -> Iterator[Planted]:
    """Yield `recording` with each fault: operation, status, parameter, field (everywhere, or once), type."""
    for exchange in api_exchanges(recording, release):
        if exchange.operation is None:
            continue
        for kind, text, changed in _faults(exchange):
            exchanges = list(recording.exchanges)
            exchanges[exchange.number - 1] = changed
            yield Planted(
                kind,
                exchange.service,
                exchange.number,
                f"{exchange.operation_name}: {text}",
                msgspec.structs.replace(recording, exchanges=exchanges),
            )


def _faults(exchange: ApiExchange) -> Iterator[tuple[str, str, Exchange]]:
    plain, operation = exchange.exchange, exchange.operation
    assert operation is not None
    url, _, query = plain.request.url.partition("?")
    yield "operation", "unknown path", _with_url(plain, f"{url.rstrip('/')}/planted")
    yield "parameter", "unknown parameter", _with_url(plain, f"{url}?{query}{'&' if query else ''}planted=1")
    if plain.response is None:
        return
    for status in STATUSES:
        if operation.success and status not in {*operation.success, *operation.errors, plain.response.status}:
            response = msgspec.structs.replace(plain.response, status=status)
            yield "status", str(status), msgspec.structs.replace(plain, response=response)
    if exchange.response_body is None or not exchange.succeeded or plain.request.method == "HEAD":
        return
    for name in dict.fromkeys(each.name for each in exchange.required("response", "body")):
        for kind, body in _without(exchange.response_body, name):
            yield kind, f"without {name}", _with_body(plain, body)
    documented = {each.name for each in exchange.parameters("response", "body")}
    for name in sorted(documented):
        for body in _with_other_type(exchange.response_body, name):
            yield "type", f"{name} of another type", _with_body(plain, body)


def _without(body: object, name: str) -> Iterator[tuple[str, object]]:
    holders = [each for each in objects_in(body) if name in each.content]
    if holders:
        changed = copy.deepcopy(body)
        for holder in reversed(holders):  # from the inside to the outside
            del _content_at(changed, holder.keys)[name]
        yield "field", changed
    if len(holders) > 1:
        changed = copy.deepcopy(body)
        del _content_at(changed, holders[0].keys)[name]
        yield "field-once", changed


def _with_other_type(body: object, name: str) -> Iterator[object]:
    for holder in objects_in(body):
        value = holder.content.get(name)
        if value is None or (isinstance(value, str) and has_pseudonym(value)):
            continue
        changed = copy.deepcopy(body)
        wrong = ["planted"] if isinstance(value, dict) else {"planted": True}
        _content_at(changed, holder.keys)[name] = wrong
        yield changed
        return


def _content_at(body: Any, keys: Sequence[Key]) -> Any:
    return functools.reduce(operator.getitem, keys, body)


def _with_url(exchange: Exchange, url: str) -> Exchange:
    return msgspec.structs.replace(exchange, request=msgspec.structs.replace(exchange.request, url=url))


def _with_body(exchange: Exchange, content: Any) -> Exchange:
    assert exchange.response is not None
    body: Body | None = exchange.response.body
    assert body is not None
    replaced = msgspec.structs.replace(body, json=json.dumps(content))
    return msgspec.structs.replace(
        exchange, response=msgspec.structs.replace(exchange.response, body=replaced)
    )
