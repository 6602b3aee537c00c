"""What is told of a mitmproxy flow."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tracer.capture.events import Answered, Asked, Content, Reply
from tracer.capture.fields import Fields, encoded
from tracer.capture.taps import Tap, announced
from tracer.origins import base

if TYPE_CHECKING:
    from mitmproxy import http

__all__ = ["answered", "asked"]


def asked(flow: http.HTTPFlow) -> Asked:
    """The request has begun."""
    request = flow.request
    return Asked(
        flow.id,
        flow.client_conn.id,
        request.data.method,
        encoded(_url(request)),
        request.data.http_version,
        request.headers.fields,
        request.timestamp_start,
    )


def answered(
    flow: http.HTTPFlow, request_tap: Tap | None, response_tap: Tap | None, *, closes: bool
) -> Answered:
    """The flow is complete; ``closes`` tells that its connection ended with it."""
    return Answered(
        flow.id,
        _ended(flow),
        _content(flow.request, request_tap),
        None if flow.response is None else _reply(flow.response, response_tap),
        None if flow.error is None else encoded(flow.error.msg),
        closes,
    )


def _url(request: http.Request) -> str:
    # mitmproxy knows an IPv6 address without its brackets, and leaves them out of the URL too.
    if ":" not in request.host:
        return request.url
    path = "" if request.path == "*" else request.path
    return f"{base(request.scheme, request.host, request.port)}{path}"


def _reply(response: http.Response, tap: Tap | None) -> Reply:
    return Reply(response.status_code, response.data.reason, response.headers.fields, _content(response, tap))


def _content(message: http.Message, tap: Tap | None) -> Content:
    if tap is not None and (tap.used or message.stream is tap):
        return tap.content()
    if message.raw_content is None and message.stream:
        # Another addon has let it pass, later than we could see to it.
        return Content(None, True, announced(Fields(message.headers.fields)) or 0)
    return Content(message.raw_content)


def _ended(flow: http.HTTPFlow) -> float:
    if flow.response and flow.response.timestamp_end:
        return flow.response.timestamp_end
    return flow.error.timestamp if flow.error else time.time()
