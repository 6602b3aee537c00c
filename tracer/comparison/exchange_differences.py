"""Comparison of two paired exchanges: request line, status, header fields, and content."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from tracer.comparison.differences import Change, Location, shown
from tracer.comparison.exchange_pairs import path_of, query_of
from tracer.comparison.trees import compare_values

if TYPE_CHECKING:
    from tracer.model import Body, Exchange, Headers, HeaderValue

__all__ = ["compare_exchanges", "place_of", "read_json"]

_SECRET = re.compile(r"<[a-z][a-z0-9-]*-\d+>")
_STRING = r'"(?:[^"\\]|\\.)*+"'
_SPACE = re.compile(rf"({_STRING})|\s+", re.DOTALL)
_SEPARATOR = re.compile(rf"{_STRING}|([,:])", re.DOTALL)


def place_of(exchange: Exchange, repetition: int = 1) -> Location:
    """Return the location of the request of ``exchange``, the ``repetition``-th such request in its run."""
    general = f"{shown(exchange.request.method)} {shown(path_of(exchange))}"
    return Location("request", f"{general} ({repetition})" if repetition > 1 else general, general)


def compare_exchanges(before: Exchange, after: Exchange, asked: Location) -> Iterator[Change]:
    """Yield all differences between two exchanges. ``asked`` is the location of the first request."""
    yield from _requests(before, after, asked)
    answered = _answer(before, asked)
    if before.redaction != after.redaction:
        yield Change("changed", asked.within("redaction"), before.redaction, after.redaction)
    ours, theirs = before.response, after.response
    if ours is None or theirs is None:
        if (ours is None) != (theirs is None) or before.error != after.error:
            yield Change("status", answered, _outcome(before), _outcome(after))
        return
    if ours.status != theirs.status:
        yield Change("status", answered, ours.status, theirs.status)
    elif ours.reason != theirs.reason:
        yield Change("changed", answered.within("reason"), ours.reason, theirs.reason)
    yield from _headers(ours.headers, theirs.headers, answered, (ours.body, theirs.body))
    yield from _bodies(ours.body, theirs.body, answered)


def read_json(text: str) -> object:
    """Parse a JSON text. Raise ValueError if it is not JSON, or is nested too deeply."""
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _requests(before: Exchange, after: Exchange, asked: Location) -> Iterator[Change]:
    ours, theirs = before.request, after.request
    if ours.method != theirs.method:
        yield Change("changed", asked.within("method"), ours.method, theirs.method)
    yield from _text(_scheme(ours.url), _scheme(theirs.url), asked.within("scheme"))
    yield from _text(path_of(before), path_of(after), asked.within("path"))
    yield from _text(before.sender, after.sender, asked.within("from"))
    yield from _text(before.receiver, after.receiver, asked.within("to"))
    yield from _text(ours.http, theirs.http, asked.within("http"))
    yield from _queries(query_of(before), query_of(after), asked)
    yield from _headers(ours.headers, theirs.headers, asked, (ours.body, theirs.body))
    yield from _bodies(ours.body, theirs.body, asked)


def _answer(exchange: Exchange, asked: Location) -> Location:
    status = exchange.response.status if exchange.response else None
    arrow = f" → {status or 'no response'}"
    return Location(
        side="error" if status is None or status >= 400 else "response",
        message=asked.message + arrow,
        general_message=asked.general_message + arrow,
    )


def _outcome(exchange: Exchange) -> object:
    if exchange.response is not None:
        return exchange.response.status
    return f"no response: {exchange.error or 'the run ended before it'}"


def _scheme(url: str) -> str:
    return url.partition("://")[0].lower() if "://" in url else ""


def _text(before: str, after: str, place: Location) -> Iterator[Change]:
    if before != after:
        yield Change("changed", place, before, after)


def _queries(before: str, after: str, asked: Location) -> Iterator[Change]:
    if before == after:
        return
    try:
        ours, theirs = (parse_qsl(query, keep_blank_values=True) for query in (before, after))
    except ValueError:  # parse_qsl refuses the query
        yield from _text(before, after, asked.within("query"))
        return
    yield from compare_values(_fields(ours), _fields(theirs), asked.within("query"))


def _fields(pairs: list[tuple[str, str]]) -> dict[str, object]:
    """Return the parameters of a query by name, with a list of values for a repeated parameter."""
    found: dict[str, object] = {}
    for name, value in pairs:
        earlier = found.get(name)
        if name not in found:
            found[name] = value
        elif isinstance(earlier, list):
            earlier.append(value)
        else:
            found[name] = [earlier, value]
    return found


def _headers(
    before: Headers, after: Headers, place: Location, bodies: tuple[Body | None, Body | None]
) -> Iterator[Change]:
    if before == after and list(before) == list(after):
        return
    ours, theirs = _by_name(before), _by_name(after)
    for name, (written, value) in ours.items():
        if name not in theirs:
            yield Change("removed", place.field(written), value)
            continue
        now, other = theirs[name]
        if written != now:
            yield Change("changed", place.field(written), written, now, "letter-case")
        if value != other:
            told = (value, other) == tuple(str(body.size) if body else None for body in bodies)
            excuse = _size_excuse(*bodies) if told and name == "content-length" else ""
            yield Change("changed", place.field(written), _one(value), _one(other), excuse)
    for name, (written, value) in theirs.items():
        if name not in ours:
            yield Change("added", place.field(written), None, value)
    if [name for name in ours if name in theirs] != [name for name in theirs if name in ours]:
        yield Change("reordered", place.within("headers"), list(before), list(after), "keys")


def _by_name(headers: Mapping[str, HeaderValue]) -> dict[str, tuple[str, HeaderValue]]:
    """Return the spelling and the value of each field by its lower-case name.

    HTTP ignores the case of field names (RFC 9110, section 5.1).
    """
    found: dict[str, tuple[str, HeaderValue]] = {}
    for name, value in headers.items():
        lower = name.lower()
        if lower not in found:
            found[lower] = (name, value)
        else:
            found[lower] = (found[lower][0], [*_values(found[lower][1]), *_values(value)])
    return found


def _values(value: HeaderValue) -> list[str]:
    return [value] if isinstance(value, str) else value


def _one(value: HeaderValue) -> str:
    """Join several values into one equivalent value (RFC 9110, section 5.3)."""
    return ", ".join(_values(value))


def _bodies(before: Body | None, after: Body | None, place: Location) -> Iterator[Change]:
    if before == after:
        return
    if before is None or after is None:
        yield Change(
            "added" if before is None else "removed", place.within("body"), _kept(before), _kept(after)
        )
        return
    yield from _text(before.type, after.type, place.within("content.type"))
    yield from _text(before.encoding, after.encoding, place.within("content.encoding"))
    if before.size != after.size:
        yield Change(
            "changed", place.within("content.size"), before.size, after.size, _size_excuse(before, after)
        )
    yield from _contents(before, after, place)


def _contents(before: Body, after: Body, place: Location) -> Iterator[Change]:
    if before.omitted or after.omitted:
        if before.omitted != after.omitted:
            yield Change("changed", place.within("content.omitted"), before.omitted, after.omitted)
        elif before.sha256 != after.sha256:
            yield Change("changed", place.within("content.sha256"), before.sha256, after.sha256)
        return
    here = place.within("body")
    if before.json is not None and after.json is not None:
        yield from _json(before.json, after.json, here)
    elif _form(before) != _form(after):
        yield Change("type", here, _form(before), _form(after))
    elif _kept(before) != _kept(after):
        yield Change("changed", here, _kept(before), _kept(after))


def _json(before: str, after: str, place: Location) -> Iterator[Change]:
    if before == after:
        return
    try:
        changes = list(compare_values(read_json(before), read_json(after), place))
    except (ValueError, RecursionError):
        yield Change("changed", place, before, after)
        return
    yield from changes
    if not changes and _compact(before) != _compact(after):
        # A key occurs twice, or a number is written differently.
        yield Change("changed", place, before, after)


def _size_excuse(before: Body | None, after: Body | None) -> str:
    """Return ``size`` if the difference in content explains the difference in size, else an empty string."""
    if before is None or after is None or before.size == after.size:
        return ""
    ours, theirs = _kept(before), _kept(after)
    if ours is None or theirs is None or ours == theirs:
        return ""
    if (_form(before), before.encoding) != (_form(after), after.encoding):
        return ""
    if _form(before) != _form(after):
        return ""
    if before.encoding or _SECRET.search(ours) or _SECRET.search(theirs):
        return "size"  # what was sent had another length than what was kept of it
    grown = after.size - before.size
    return "size" if grown in {b - a for a, b in zip(_lengths(before), _lengths(after), strict=True)} else ""


def _lengths(body: Body) -> tuple[int, ...]:
    """Return the lengths that the recorded content may have had, in bytes.

    JSON has two: without white space, and with the usual space after commas and colons.
    """
    if body.json is None:
        return (len((_kept(body) or "").encode(errors="surrogatepass")),)
    dense = len(_compact(body.json).encode(errors="surrogatepass"))
    return dense, dense + sum(1 for found in _SEPARATOR.finditer(body.json) if found[1])


def _compact(text: str) -> str:
    """Return JSON text without the white space between its tokens."""
    return _SPACE.sub(lambda found: found[1] or "", text)


def _form(body: Body) -> str:
    return "json" if body.json is not None else "text" if body.text is not None else "base64"


def _kept(body: Body | None) -> str | None:
    if body is None:
        return None
    return next((text for text in (body.json, body.text, body.base64) if text is not None), None)
