"""Comparison of two paired exchanges: request line, status, header fields, and content."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tracer.comparison.contents import compare_contents
from tracer.comparison.differences import Change, Location, shown
from tracer.comparison.metadata import compare_exchange_metadata
from tracer.comparison.request_keys import normalized_path
from tracer.comparison.request_urls import compare_urls
from tracer.comparison.trees import compare_values

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tracer.model import Body, Exchange, Headers, HeaderValue, Request, Response

__all__ = ["compare_exchanges", "location_of"]

Bodies = tuple["Body | None", "Body | None"]

_PARAMETER = re.compile(r"\{[^}]*\}")


def location_of(exchange: Exchange, repetition: int = 1) -> Location:
    """Return the location of the request of ``exchange``, the ``repetition``-th such request in its run."""
    message = f"{shown(exchange.request.method)} {shown(normalized_path(exchange))}"
    general = _PARAMETER.sub("{}", message)
    return Location("request", f"{message} ({repetition})" if repetition > 1 else message, general)


def compare_exchanges(before: Exchange, after: Exchange, request_location: Location) -> Iterator[Change]:
    """Yield all differences between two exchanges. ``request_location`` is that of the first request."""
    yield from compare_exchange_metadata(before, after, request_location)
    yield from _requests(before, after, request_location)
    response_location = _response_location(before, request_location)
    if before.redaction != after.redaction:
        yield Change("changed", request_location.within("redaction"), before.redaction, after.redaction)
    response_before, response_after = before.response, after.response
    if response_before is None or response_after is None:
        if (response_before is None) != (response_after is None) or before.error != after.error:
            yield Change("status", response_location, _outcome(before), _outcome(after))
        return
    if before.error != after.error:
        yield Change("changed", response_location.within("error"), before.error, after.error)
    if response_before.status != response_after.status:
        yield Change("status", response_location, response_before.status, response_after.status)
    elif response_before.reason != response_after.reason:
        yield Change(
            "changed", response_location.within("reason"), response_before.reason, response_after.reason
        )
    yield from _parts(response_before, response_after, response_location)


def _requests(before: Exchange, after: Exchange, location: Location) -> Iterator[Change]:
    request_before, request_after = before.request, after.request
    if request_before.method != request_after.method:
        yield Change("changed", location.within("method"), request_before.method, request_after.method)
    yield from compare_urls(request_before.url, request_after.url, location)
    yield from _text(before.sender, after.sender, location.within("from"))
    yield from _text(before.receiver, after.receiver, location.within("to"))
    yield from _text(request_before.http, request_after.http, location.within("http"))
    yield from _parts(request_before, request_after, location)


def _parts(before: Request | Response, after: Request | Response, location: Location) -> Iterator[Change]:
    """Yield the differences between the header fields and contents of two messages."""
    bodies = before.body, after.body
    content = compare_contents(*bodies, location)
    yield from _headers(before.headers, after.headers, location, bodies, content.size_reason)
    yield from _sizes(bodies, location, content.size_reason)
    yield from content.changes


def _response_location(exchange: Exchange, request_location: Location) -> Location:
    status = exchange.response.status if exchange.response else None
    arrow = f" → {status or 'no response'}"
    return Location(
        side="error" if status is None or status >= 400 else "response",
        message=request_location.message + arrow,
        general_message=request_location.general_message + arrow,
    )


def _outcome(exchange: Exchange) -> object:
    if exchange.response is not None:
        return exchange.response.status
    return f"no response: {exchange.error}" if exchange.error else "no response"


def _text(before: str, after: str, location: Location) -> Iterator[Change]:
    if before != after:
        yield Change("changed", location, before, after)


def _headers(
    before: Headers, after: Headers, location: Location, bodies: Bodies, size_reason: str
) -> Iterator[Change]:
    fields_before, fields_after = _by_name(before), _by_name(after)
    for name, (spelling, value) in fields_before.items():
        if name not in fields_after:
            yield Change("removed", location.field(spelling), value)
            continue
        new_spelling, new_value = fields_after[name]
        if spelling != new_spelling:
            yield Change("changed", location.field(spelling), spelling, new_spelling, "letter-case")
        if value == new_value:
            yield from compare_values(_join_values(value), _join_values(value), location.field(spelling))
        else:
            true_lengths = (value, new_value) == tuple(str(body.size) if body else None for body in bodies)
            reason = size_reason if true_lengths and name == "content-length" else ""
            yield Change(
                "changed", location.field(spelling), _join_values(value), _join_values(new_value), reason
            )
    for name, (spelling, value) in fields_after.items():
        if name not in fields_before:
            yield Change("added", location.field(spelling), None, value)
    if [name for name in fields_before if name in fields_after] != [
        name for name in fields_after if name in fields_before
    ]:
        yield Change("reordered", location.within("headers"), list(before), list(after), "keys")


def _by_name(headers: Mapping[str, HeaderValue]) -> dict[str, tuple[str, HeaderValue]]:
    """Return the spelling and the value of each field by its lower-case name.

    HTTP ignores the case of field names (RFC 9110, section 5.1).
    """
    fields: dict[str, tuple[str, HeaderValue]] = {}
    for name, value in headers.items():
        lower = name.lower()
        if lower not in fields:
            fields[lower] = (name, value)
        else:
            fields[lower] = (fields[lower][0], [*_values(fields[lower][1]), *_values(value)])
    return fields


def _values(value: HeaderValue) -> list[str]:
    return [value] if isinstance(value, str) else value


def _join_values(value: HeaderValue) -> str:
    """Join several values into one equivalent value (RFC 9110, section 5.3)."""
    return ", ".join(_values(value))


def _sizes(bodies: Bodies, location: Location, reason: str) -> Iterator[Change]:
    before, after = bodies
    if before is not None and after is not None and before.size != after.size:
        yield Change("changed", location.within("content.size"), before.size, after.size, reason)
