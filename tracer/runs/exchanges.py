"""Conversion of ``RequestStarted`` and ``ExchangeCompleted`` to an unredacted ``Exchange``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.model import Exchange, Headers, Request, Response
from tracer.redaction.url_secrets import bare
from tracer.runs.header_fields import Fields, readable
from tracer.runs.message_bodies import body

if TYPE_CHECKING:
    from tracer.runs.events import ExchangeCompleted, RawFields, RawResponse, RequestStarted

__all__ = ["exchange", "skeleton"]


def exchange(request: RequestStarted, completed: ExchangeCompleted, *, sender: str, limit: int) -> Exchange:
    """Return the unredacted exchange, with times in seconds since the epoch.

    Bodies over ``limit`` bytes are omitted.
    """
    return Exchange(
        sender=sender,
        started=request.started,
        ended=completed.ended,
        request=Request(
            method=readable(request.method),
            url=readable(request.url),
            http=readable(request.http),
            headers=_headers(request.fields),
            body=body(Fields(request.fields), completed.content, limit),
        ),
        response=_response(completed.response, limit) if completed.response else None,
        error=None if completed.error is None else readable(completed.error),
    )


def skeleton(request: RequestStarted, completed: ExchangeCompleted, *, sender: str) -> Exchange:
    """Return an exchange without headers, bodies, path and query, for events that cannot be converted."""
    return Exchange(
        sender=sender,
        started=request.started,
        ended=completed.ended,
        redaction="failed",
        request=Request(method=readable(request.method), url=f"{bare(readable(request.url))}/"),
        response=Response(status=completed.response.status) if completed.response else None,
        error="no answer" if completed.error is not None else None,
    )


def _response(reply: RawResponse, limit: int) -> Response:
    return Response(
        status=reply.status,
        reason=readable(reply.reason),
        headers=_headers(reply.fields),
        body=body(Fields(reply.fields), reply.content, limit),
    )


def _headers(raw: RawFields) -> Headers:
    fields: Headers = {}
    for raw_name, raw_value in raw:
        name, value = readable(raw_name), readable(raw_value)
        before = fields.get(name)
        if before is None:
            fields[name] = value
        else:
            fields[name] = [before, value] if isinstance(before, str) else [*before, value]
    return fields
