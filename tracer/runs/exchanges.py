"""Conversion of the events of a request to an unredacted Exchange."""

from __future__ import annotations

from tracer.model import Exchange, Headers, Request, Response
from tracer.redaction.urls import bare
from tracer.runs.events import Answered, Asked, RawFields, Reply
from tracer.runs.header_fields import Fields, readable
from tracer.runs.message_bodies import body

__all__ = ["exchange", "skeleton"]


def exchange(asked: Asked, answered: Answered, *, sender: str, limit: int) -> Exchange:
    """Return the unredacted exchange, with times in seconds since the epoch.

    Bodies over ``limit`` bytes are omitted.
    """
    return Exchange(
        sender=sender,
        started=asked.started,
        ended=answered.ended,
        request=Request(
            method=readable(asked.method),
            url=readable(asked.url),
            http=readable(asked.http),
            headers=_headers(asked.fields),
            body=body(Fields(asked.fields), answered.content, limit),
        ),
        response=_response(answered.reply, limit) if answered.reply else None,
        error=None if answered.error is None else readable(answered.error),
    )


def skeleton(asked: Asked, answered: Answered, *, sender: str) -> Exchange:
    """Return an exchange without headers, bodies, path and query, for events that cannot be converted."""
    return Exchange(
        sender=sender,
        started=asked.started,
        ended=answered.ended,
        redaction="failed",
        request=Request(method=readable(asked.method), url=f"{bare(readable(asked.url))}/"),
        response=Response(status=answered.reply.status) if answered.reply else None,
        error="no answer" if answered.error is not None else None,
    )


def _response(reply: Reply, limit: int) -> Response:
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
