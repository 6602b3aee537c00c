"""Immediate TCP acknowledgement of a request's head, so that its content arrives without a delay.

urllib3 sends the head and the content of a request as two small segments. Through a proxy, urllib3
leaves Nagle's algorithm on (RFC 9293, section 3.7.4): the second segment waits until the first is
acknowledged. The kernel delays the acknowledgement by 40 ms, to send it together with a response.
"""

from __future__ import annotations

import contextlib
import socket
from typing import TYPE_CHECKING

from tracer.capture.mitm.internals import sending_socket

if TYPE_CHECKING:
    from mitmproxy import http

__all__ = ["acknowledge"]

_QUICKACK = getattr(socket, "TCP_QUICKACK", None)
_FRAMING = {b"content-length", b"transfer-encoding"}


def acknowledge(flow: http.HTTPFlow) -> None:
    """Acknowledge the head of a request with content. Do nothing without TCP_QUICKACK, an option of Linux."""
    if _QUICKACK is None or _FRAMING.isdisjoint(name.lower() for name, _ in flow.request.headers.fields):
        return
    opened = sending_socket(flow, flow.client_conn)
    if opened is not None:
        with contextlib.suppress(OSError):
            opened.setsockopt(socket.IPPROTO_TCP, _QUICKACK, 1)
