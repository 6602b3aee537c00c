"""Request IDs of OpenStack: the evidence of which request a service call serves.

A service gives each request an ID and names it in the response (oslo.middleware). The service sends the same
ID with each call that it makes for this request, also after the response: in ``X-OpenStack-Request-ID``. If
the request itself came with such a field, its value is sent on instead (``global_id`` of oslo.context).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from tracer.model import header

if TYPE_CHECKING:
    from tracer.model import Exchange, Response

__all__ = [
    "REQUEST_ID",
    "changed_objects",
    "named_objects",
    "request_ids",
    "response_id",
    "sent_id",
    "usable_id",
]

REQUEST_ID = "X-OpenStack-Request-ID"
"""The header field with the ID of the request, in responses; with the ID of its cause, in requests."""

_COMPUTE_ID = "X-Compute-Request-ID"
_LONGEST = 200
_UUID = re.compile(r"(?<![0-9a-fA-F])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9a-fA-F])")
_LONGEST_BODY = 2**16


class _Resource(msgspec.Struct):
    """A resource in a body, such as ``{"server": {"id": …}}``."""

    id: str = ""


def sent_id(exchange: Exchange) -> str:
    """Return the ID that the request carries: that of the request which caused it; empty if there is none."""
    return "" if exchange.redaction == "failed" else usable_id(header(exchange.request.headers, REQUEST_ID))


def response_id(exchange: Exchange) -> str:
    """Return the ID that the receiver gave the request, empty if the response names none."""
    # After a failed redaction, all values are removed, so all are equal.
    if exchange.response is None or exchange.redaction == "failed":
        return ""
    headers = exchange.response.headers
    return usable_id(header(headers, REQUEST_ID)) or usable_id(header(headers, _COMPUTE_ID))


def request_ids(exchange: Exchange) -> frozenset[str]:
    """Return the IDs that calls for this request may carry."""
    return frozenset(filter(None, (sent_id(exchange), response_id(exchange))))


def changed_objects(exchange: Exchange) -> frozenset[str]:
    """Return the UUIDs of what a request changes: those in its URL, and the ID of what it created."""
    return frozenset(_UUID.findall(exchange.request.url)) | _created(exchange.response)


def named_objects(exchange: Exchange) -> frozenset[str]:
    """Return the UUIDs in the URL and in the JSON body of a request."""
    body = exchange.request.body
    text = (body.json or "")[:_LONGEST_BODY] if body is not None else ""
    return frozenset((*_UUID.findall(exchange.request.url), *_UUID.findall(text)))


def _created(response: Response | None) -> frozenset[str]:
    text = response.body.json if response is not None and response.body is not None else None
    if text is None or len(text) > _LONGEST_BODY:
        return frozenset()
    try:
        resources = msgspec.json.decode(text, type=dict[str, _Resource])
    except (msgspec.DecodeError, RecursionError):
        return frozenset()
    return frozenset(resource.id for resource in resources.values() if _UUID.fullmatch(resource.id))


def usable_id(value: str | None) -> str:
    """Return ``value``, empty if it is too long for a request ID."""
    return value if value and len(value) <= _LONGEST else ""
