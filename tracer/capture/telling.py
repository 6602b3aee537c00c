"""What is told of a mitmproxy flow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.capture.events import Answered, Asked, Content, Reply
from tracer.capture.fields import Fields, encoded
from tracer.capture.taps import Tap, announced
from tracer.capture.timestamps import ended, started
from tracer.origins import base

if TYPE_CHECKING:
    from mitmproxy import http

__all__ = ["NO_ANSWER", "answered", "asked"]

NO_ANSWER = "no answer is stored"
"""The error of a stored flow that has neither a response nor an error."""


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
        started(flow),
    )


def answered(
    flow: http.HTTPFlow, request_tap: Tap | None, response_tap: Tap | None, *, closes: bool
) -> Answered:
    """The flow is complete; ``closes`` tells that its connection ended with it."""
    return Answered(
        flow.id,
        ended(flow),
        _content(flow.request, request_tap),
        _reply(flow.response, response_tap) if flow.response and _is_real(flow.response) else None,
        _error(flow),
        closes,
    )


def _url(request: http.Request) -> str:
    """Return the absolute URL. That of a tunnel is its authority (RFC 9110, section 9.3.6)."""
    if request.method == "CONNECT" and request.authority:
        return f"https://{request.authority.removesuffix(':443')}/"
    # mitmproxy knows an IPv6 address without its brackets, and leaves them out of the URL too.
    if ":" not in request.host:
        return request.url
    path = "" if request.path == "*" else request.path
    return f"{base(request.scheme, request.host, request.port)}{path}"


def _is_real(response: http.Response) -> bool:
    """Return whether a server sent it. HAR files of browsers give a blocked request the status 0."""
    return isinstance(response.status_code, int) and response.status_code >= 100


def _error(flow: http.HTTPFlow) -> bytes | None:
    if flow.error is not None:
        return encoded(flow.error.msg)
    return None if flow.response and _is_real(flow.response) else NO_ANSWER.encode()


def _reply(response: http.Response, tap: Tap | None) -> Reply:
    return Reply(response.status_code, response.data.reason, response.headers.fields, _content(response, tap))


def _content(message: http.Message, tap: Tap | None) -> Content:
    if tap is not None and (tap.used or message.stream is tap):
        return tap.content()
    if message.raw_content is None and message.stream:
        # Another addon has let it pass, later than we could see to it.
        return Content(None, True, announced(Fields(message.headers.fields)) or 0)
    return Content(message.raw_content)
