"""Undocumented parts of mitmproxy that tracer relies on.

They make the proxy faster, or its shutdown cleaner. Recording works without them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mitmproxy import ctx

if TYPE_CHECKING:
    import socket
    from collections.abc import Mapping

    from mitmproxy import connection, http

__all__ = ["handlers", "sending_socket", "servers"]


def servers() -> Any | None:
    """Return mitmproxy's collection of listening servers, with its method ``update``, or None."""
    return getattr(ctx.master.addons.get("proxyserver"), "servers", None)


def handlers() -> Mapping[Any, Any]:
    """Return mitmproxy's own mapping of connection IDs to the handlers of open client connections."""
    return getattr(ctx.master.addons.get("proxyserver"), "connections", {})


def sending_socket(flow: http.HTTPFlow, side: connection.Connection) -> socket.socket | None:
    """Return the socket of the flow's connection to ``side``, None if it is missing."""
    transports = getattr(handlers().get(flow.client_conn.id), "transports", {})
    writer = getattr(transports.get(side), "writer", None)
    return None if writer is None else writer.get_extra_info("socket")
