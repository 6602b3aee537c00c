"""What is told of a mitmproxy flow."""

from __future__ import annotations

import hashlib
import time
from typing import TYPE_CHECKING

from tracer.capture.events import Answered, Asked, Content, Reply
from tracer.capture.fields import Fields, encoded
from tracer.capture.taps import Tap, announced, is_binary

if TYPE_CHECKING:
    from mitmproxy import http

__all__ = ["answered", "asked", "content"]


def asked(flow: http.HTTPFlow) -> Asked:
    """The request has begun."""
    request = flow.request
    return Asked(
        flow.id,
        flow.client_conn.id,
        request.data.method,
        encoded(request.url),
        request.data.http_version,
        request.headers.fields,
        request.timestamp_start,
    )


def answered(
    flow: http.HTTPFlow, request: Content | None, response: Content | None, *, closes: bool
) -> Answered:
    """Return the event of a complete flow; ``closes`` tells that its connection ended with it.

    ``request`` and ``response`` are the contents, None for what the flow itself holds.
    """
    return Answered(
        flow.id,
        _ended(flow),
        request or Content(flow.request.raw_content),
        None if flow.response is None else _reply(flow.response, response),
        None if flow.error is None else encoded(flow.error.msg),
        closes,
    )


def content(message: http.Message, tap: Tap | None, limit: int, *, live: bool) -> Content:
    """Return the body as far as a recording may keep it, else its size and SHA-256.

    A binary body of ``live`` traffic is never kept.
    """
    if tap is not None and (tap.used or message.stream is tap):
        return tap.content()
    raw = message.raw_content
    if raw is None and message.stream:
        # Another addon, or mitmproxy, let it stream after this addon's turn.
        return Content(None, True, announced(Fields(message.headers.fields)) or 0)
    binary = live and bool(raw) and is_binary(Fields(message.headers.fields))
    if raw is None or (len(raw) <= limit and not binary):
        return Content(raw)
    return Content(None, binary, len(raw), hashlib.sha256(raw).hexdigest())


def _reply(response: http.Response, body: Content | None) -> Reply:
    return Reply(
        response.status_code,
        response.data.reason,
        response.headers.fields,
        body or Content(response.raw_content),
    )


def _ended(flow: http.HTTPFlow) -> float:
    if flow.response and flow.response.timestamp_end:
        return flow.response.timestamp_end
    return flow.error.timestamp if flow.error else time.time()
