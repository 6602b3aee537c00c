"""A mitmproxy flow as an Exchange: everything that was sent, nothing redacted yet."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tracer.capture.bodies import Tap, body
from tracer.capture.fields import readable
from tracer.model import Exchange, Headers, Request, Response

if TYPE_CHECKING:
    from mitmproxy import http

__all__ = ["exchange", "skeleton"]


def exchange(
    flow: http.HTTPFlow, *, sender: str, request_tap: Tap | None, response_tap: Tap | None, limit: int
) -> Exchange:
    """The flow's exchange, its times in seconds since the epoch. Bodies over ``limit`` bytes are not kept."""
    request = flow.request
    return Exchange(
        sender=sender,
        started=request.timestamp_start,
        ended=_ended(flow),
        request=Request(
            method=readable(request.method),
            url=readable(request.url),
            http=readable(request.http_version),
            headers=_headers(request.headers),
            body=body(request, request_tap, limit),
        ),
        response=_response(flow.response, response_tap, limit) if flow.response else None,
        error=readable(flow.error.msg) if flow.error else None,
    )


def skeleton(flow: http.HTTPFlow, *, sender: str) -> Exchange:
    """What is still sure of a flow that could not be taken apart: no header, body, path or query of it."""
    request = flow.request
    return Exchange(
        sender=sender,
        started=request.timestamp_start,
        ended=_ended(flow),
        redaction="failed",
        request=Request(
            method=readable(request.method), url=f"{readable(request.scheme)}://{readable(request.host)}/"
        ),
        response=Response(status=flow.response.status_code) if flow.response else None,
        error="no answer" if flow.error else None,
    )


def _ended(flow: http.HTTPFlow) -> float:
    if flow.response and flow.response.timestamp_end:
        return flow.response.timestamp_end
    return flow.error.timestamp if flow.error else time.time()


def _response(response: http.Response, tap: Tap | None, limit: int) -> Response:
    return Response(
        status=response.status_code,
        reason=readable(response.reason),
        headers=_headers(response.headers),
        body=body(response, tap, limit),
    )


def _headers(headers: http.Headers) -> Headers:
    fields: Headers = {}
    for raw_name, raw_value in headers.fields:
        name, value = readable(raw_name), readable(raw_value)
        before = fields.get(name)
        if before is None:
            fields[name] = value
        else:
            fields[name] = [before, value] if isinstance(before, str) else [*before, value]
    return fields
