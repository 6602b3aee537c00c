"""Comparison of two paired exchanges: request line, status, header fields, and content."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from tracer.comparison.differences import Change, Location, shown
from tracer.comparison.exchange_pairs import normalized_path
from tracer.comparison.metadata import compare_exchange_metadata
from tracer.comparison.request_urls import compare_urls
from tracer.comparison.trees import compare_values

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tracer.model import Body, Exchange, Headers, HeaderValue

__all__ = ["compare_exchanges", "location_of", "read_json"]

_SECRET = re.compile(r"<[a-z][a-z0-9-]*-\d+>")
_STRING = r'"(?:[^"\\]|\\.)*+"'
_SPACE = re.compile(rf"({_STRING})|\s+", re.DOTALL)
_SEPARATOR = re.compile(rf"{_STRING}|([,:])", re.DOTALL)


def location_of(exchange: Exchange, repetition: int = 1) -> Location:
    """Return the location of the request of ``exchange``, the ``repetition``-th such request in its run."""
    general = f"{shown(exchange.request.method)} {shown(normalized_path(exchange))}"
    return Location("request", f"{general} ({repetition})" if repetition > 1 else general, general)


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
    yield from _headers(
        response_before.headers,
        response_after.headers,
        response_location,
        (response_before.body, response_after.body),
    )
    yield from _bodies(response_before.body, response_after.body, response_location)


def read_json(text: str) -> object:
    """Parse a JSON text. Raise ValueError if it is not JSON, or is nested too deeply."""
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _requests(before: Exchange, after: Exchange, location: Location) -> Iterator[Change]:
    request_before, request_after = before.request, after.request
    if request_before.method != request_after.method:
        yield Change("changed", location.within("method"), request_before.method, request_after.method)
    yield from compare_urls(request_before.url, request_after.url, location)
    yield from _text(before.sender, after.sender, location.within("from"))
    yield from _text(before.receiver, after.receiver, location.within("to"))
    yield from _text(request_before.http, request_after.http, location.within("http"))
    yield from _headers(
        request_before.headers, request_after.headers, location, (request_before.body, request_after.body)
    )
    yield from _bodies(request_before.body, request_after.body, location)


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
    before: Headers, after: Headers, location: Location, bodies: tuple[Body | None, Body | None]
) -> Iterator[Change]:
    if before == after and list(before) == list(after):
        return
    fields_before, fields_after = _by_name(before), _by_name(after)
    for name, (spelling, value) in fields_before.items():
        if name not in fields_after:
            yield Change("removed", location.field(spelling), value)
            continue
        new_spelling, new_value = fields_after[name]
        if spelling != new_spelling:
            yield Change("changed", location.field(spelling), spelling, new_spelling, "letter-case")
        if value != new_value:
            true_lengths = (value, new_value) == tuple(str(body.size) if body else None for body in bodies)
            reason = _size_reason(*bodies) if true_lengths and name == "content-length" else ""
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


def _bodies(before: Body | None, after: Body | None, location: Location) -> Iterator[Change]:
    if before == after:
        return
    if before is None or after is None:
        yield Change(
            "added" if before is None else "removed",
            location.within("body"),
            _content_of(before),
            _content_of(after),
        )
        return
    yield from _text(before.type, after.type, location.within("content.type"))
    yield from _text(before.encoding, after.encoding, location.within("content.encoding"))
    if before.size != after.size:
        yield Change(
            "changed", location.within("content.size"), before.size, after.size, _size_reason(before, after)
        )
    yield from _contents(before, after, location)


def _contents(before: Body, after: Body, location: Location) -> Iterator[Change]:
    if before.omitted != after.omitted:
        yield Change("changed", location.within("content.omitted"), before.omitted, after.omitted)
        return
    if before.sha256 != after.sha256:
        yield Change("changed", location.within("content.sha256"), before.sha256, after.sha256)
    here = location.within("body")
    if _form(before) != _form(after):
        yield Change("type", here, _form(before), _form(after))
    elif before.json is not None and after.json is not None:
        yield from _json(before.json, after.json, here)
    elif _content_of(before) != _content_of(after):
        yield Change("changed", here, _content_of(before), _content_of(after))


def _json(before: str, after: str, location: Location) -> Iterator[Change]:
    if before == after:
        return
    try:
        changes = list(compare_values(read_json(before), read_json(after), location))
    except (ValueError, RecursionError):
        yield Change("changed", location, before, after)
        return
    yield from changes
    if not changes and _compact(before) != _compact(after):
        # A key occurs twice, or a number is written differently.
        yield Change("changed", location, before, after)


def _size_reason(before: Body | None, after: Body | None) -> str:
    """Return ``size`` if the difference in content explains the difference in size, else an empty string."""
    if before is None or after is None or before.size == after.size:
        return ""
    content_before, content_after = _content_of(before), _content_of(after)
    if content_before is None or content_after is None or content_before == content_after:
        return ""
    if (_form(before), before.encoding) != (_form(after), after.encoding):
        return ""
    if before.encoding or _SECRET.search(content_before) or _SECRET.search(content_after):
        return "size"  # the length of the sent content differs from the length of the recorded content
    grown = after.size - before.size
    return "size" if grown in {b - a for a, b in zip(_lengths(before), _lengths(after), strict=True)} else ""


def _lengths(body: Body) -> tuple[int, ...]:
    """Return the lengths that the recorded content may have had, in bytes.

    JSON has two: without white space, and with the usual space after commas and colons.
    """
    if body.json is None:
        return (len((_content_of(body) or "").encode(errors="surrogatepass")),)
    dense = len(_compact(body.json).encode(errors="surrogatepass"))
    return dense, dense + sum(1 for token in _SEPARATOR.finditer(body.json) if token[1])


def _compact(text: str) -> str:
    """Return JSON text without the white space between its tokens."""
    return _SPACE.sub(lambda token: token[1] or "", text)


def _form(body: Body) -> str:
    forms = {"json": body.json, "text": body.text, "base64": body.base64}
    return " + ".join(form for form, content in forms.items() if content is not None)


def _content_of(body: Body | None) -> str | None:
    if body is None:
        return None
    return next((text for text in (body.json, body.text, body.base64) if text is not None), None)
