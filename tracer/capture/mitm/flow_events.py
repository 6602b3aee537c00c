"""Conversion of mitmproxy's connections and flows into events."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from tracer.capture.mitm.taps import Tap, announced, is_binary
from tracer.capture.mitm.timestamps import ended, is_approximate, started
from tracer.runs.events import Connected, Content, ExchangeCompleted, RawResponse, RequestStarted
from tracer.runs.header_fields import Fields, encoded
from tracer.urls import base

if TYPE_CHECKING:
    from mitmproxy import connection, http

    from tracer.runs.client_process import ClientProcess

__all__ = ["NO_ANSWER", "connected", "content", "exchange_completed", "request_started"]

_HTTPS_PORT = 443

NO_ANSWER = "no answer is stored"
"""The error of a stored flow without a response and without an error."""


def connected(client: connection.Client, process: ClientProcess | None = None) -> Connected:
    """Return the event for a new connection. ``process`` is that of a local client, if known."""
    peer, local = client.peername, client.sockname
    return Connected(client.id, str(peer[0]) if peer else "", local[1] if local else 0, process)


def request_started(flow: http.HTTPFlow) -> RequestStarted:
    """Return the event for the beginning of a request."""
    request = flow.request
    return RequestStarted(
        flow.id,
        flow.client_conn.id,
        request.data.method,
        encoded(_url(flow)),
        request.data.http_version,
        request.headers.fields,
        started(flow),
    )


def exchange_completed(
    flow: http.HTTPFlow, request: Content | None, response: Content | None, *, closes: bool
) -> ExchangeCompleted:
    """Return the event for a complete flow. ``closes`` is True if its connection ended with it.

    ``request`` and ``response`` are the contents; None stands for the content in the flow itself.
    """
    return ExchangeCompleted(
        flow.id,
        ended(flow),
        request or Content(flow.request.raw_content),
        _reply(flow.response, response) if flow.response and _is_real(flow.response) else None,
        _error(flow),
        closes,
        is_approximate(flow),
    )


def _url(flow: http.HTTPFlow) -> str:
    """Return the absolute URL of the request. A tunnel has only an authority (RFC 9110, section 9.3.6).

    Clients use CONNECT for https. For a client without HTTP, as with SOCKS, the scheme follows from the
    TLS of the server connection, from the mode of the proxy, or from the port.
    """
    request = flow.request
    if request.method == "CONNECT" and request.authority:
        secure = flow.server_conn.tls or request.scheme == "https" or request.port == _HTTPS_PORT
        if not secure and not request.http_version.startswith("HTTP/"):
            return f"http://{request.authority.removesuffix(':80')}/"
        return f"https://{request.authority.removesuffix(':443')}/"
    # mitmproxy stores an IPv6 address without brackets, and omits them in the URL too.
    if ":" not in request.host:
        return request.url
    path = "" if request.path == "*" else request.path
    return f"{base(request.scheme, request.host, request.port)}{path}"


def _is_real(response: http.Response) -> bool:
    """Return whether a server sent the response. HAR files of browsers give a blocked request status 0."""
    return isinstance(response.status_code, int) and response.status_code >= 100


def _error(flow: http.HTTPFlow) -> bytes | None:
    if flow.error is not None:
        return encoded(flow.error.msg)
    return None if flow.response and _is_real(flow.response) else NO_ANSWER.encode()


def content(message: http.Message, tap: Tap | None, limit: int, *, live: bool) -> Content:
    """Return the body if a recording may contain it, else its size and SHA-256.

    A recording contains no binary body of ``live`` traffic.
    """
    if tap is not None and (tap.used or message.stream is tap):
        return tap.content()
    raw = message.raw_content
    if raw is None and message.stream:
        # Another addon or mitmproxy decided to stream the body after this addon's hook.
        return Content(None, True, announced(Fields(message.headers.fields)) or 0)
    binary = live and bool(raw) and is_binary(Fields(message.headers.fields))
    if raw is None or (len(raw) <= limit and not binary):
        return Content(raw)
    return Content(None, binary, len(raw), hashlib.sha256(raw).hexdigest())


def _reply(response: http.Response, body: Content | None) -> RawResponse:
    return RawResponse(
        response.status_code,
        response.data.reason,
        response.headers.fields,
        body or Content(response.raw_content),
    )
