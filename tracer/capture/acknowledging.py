"""Acknowledges the head of a request at once, so that its content comes without a delay.

A client of urllib3 sends a request's head and its content as two small segments and, through
a proxy, leaves Nagle's algorithm on (RFC 9293, section 3.7.4): the second one waits until the
first is acknowledged. The kernel delays that by 40 ms, as it expects to send an answer along.
"""

from __future__ import annotations

import contextlib
import socket
from typing import TYPE_CHECKING

from tracer.capture.internals import sending_socket

if TYPE_CHECKING:
    from mitmproxy import http

__all__ = ["acknowledge"]

_QUICKACK = getattr(socket, "TCP_QUICKACK", None)
_FRAMING = {b"content-length", b"transfer-encoding"}


def acknowledge(flow: http.HTTPFlow) -> None:
    """Acknowledge the head of a request with content, where the system can be told to (Linux)."""
    if _QUICKACK is None or _FRAMING.isdisjoint(name.lower() for name, _ in flow.request.headers.fields):
        return
    opened = sending_socket(flow, flow.client_conn)
    if opened is not None:
        with contextlib.suppress(OSError):
            opened.setsockopt(socket.IPPROTO_TCP, _QUICKACK, 1)
