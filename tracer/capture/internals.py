"""Undocumented parts of mitmproxy that tracer relies on.

What makes the proxy faster or its end tidier is optional: without it, recording goes on.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mitmproxy import ctx

if TYPE_CHECKING:
    from mitmproxy import connection, http

__all__ = ["handlers", "sending_socket", "servers"]


def servers() -> Any | None:
    """Return what listens for the proxy, with the method ``update``, None if it is not found."""
    return getattr(ctx.master.addons.get("proxyserver"), "servers", None)


def handlers() -> Mapping[Any, Any]:
    """Return the handlers of the connections to the proxy by the connections' IDs, as they come and go."""
    return getattr(ctx.master.addons.get("proxyserver"), "connections", {})


def sending_socket(flow: http.HTTPFlow, side: connection.Connection) -> socket.socket | None:
    """Return the socket of the flow's connection to one side, None if it is not found."""
    transports = getattr(handlers().get(flow.client_conn.id), "transports", {})
    writer = getattr(transports.get(side), "writer", None)
    return None if writer is None else writer.get_extra_info("socket")
