"""The parts of mitmproxy that tracer relies on without their being documented, in one place.

What makes the proxy faster or its end tidier is optional: without it, recording goes on.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mitmproxy import ctx

if TYPE_CHECKING:
    from mitmproxy import connection, http

__all__ = ["HOOKS", "INTERNALS", "handlers", "reader", "sending_socket", "servers"]

INTERNALS: Mapping[str, tuple[str, ...]] = {
    "mitmproxy.addonmanager": (
        "AddonManager.trigger_event",
        "AddonManager.invoke_addon",
        "Loader.add_option",
    ),
    "mitmproxy.addons.core": ("Core",),
    "mitmproxy.addons.disable_h2c": ("DisableH2C",),
    "mitmproxy.addons.next_layer": ("NextLayer",),
    "mitmproxy.addons.proxyserver": ("Proxyserver", "Servers.update"),
    "mitmproxy.addons.termlog": ("TermLog",),
    "mitmproxy.addons.tlsconfig": ("TlsConfig",),
    "mitmproxy.connection": ("ConnectionState",),
    "mitmproxy.certs": ("CertStore.from_store",),
    "mitmproxy.http": (
        "HTTPFlow.kill",
        "Message.headers",
        "Message.raw_content",
        "Message.stream",
        "MessageData.http_version",
        "Request.data",
        "RequestData.method",
        "ResponseData.reason",
    ),
    "mitmproxy.log": ("ALERT", "MitmLogHandler"),
    "mitmproxy.master": ("Master.run", "Master.shutdown"),
    "mitmproxy.options": ("Options.default", "Options.update"),
    "mitmproxy.proxy.context": ("Context",),
    "mitmproxy.proxy.layer": ("Layer",),
    "mitmproxy.proxy.layers": ("modes.HttpProxy",),
    "mitmproxy.proxy.mode_servers": (
        "AsyncioServerInstance.handle_stream",
        "AsyncioServerInstance.listen",
        "AsyncioServerInstance.make_top_layer",
    ),
    "mitmproxy.proxy.mode_specs": (
        "ProxyMode.__post_init__",
        "ProxyMode.default_port",
        "ProxyMode.description",
        "ProxyMode.transport_protocol",
    ),
}
"""Classes and their attributes by module. A test looks for each in every supported mitmproxy."""

HOOKS = (
    "load",
    "configure",
    "running",
    "done",
    "client_connected",
    "client_disconnected",
    "http_connect",
    "http_connect_error",
    "tls_start_server",
    "tls_failed_client",
    "tls_failed_server",
    "requestheaders",
    "request",
    "responseheaders",
    "response",
    "error",
)
"""The hooks of mitmproxy that the addon implements."""


def servers() -> Any | None:
    """Return what listens for the proxy, with the method ``update``, None if it is not found."""
    return getattr(ctx.master.addons.get("proxyserver"), "servers", None)


def handlers() -> Mapping[Any, Any]:
    """Return the handlers of the connections to the proxy by the connections' IDs, as they come and go."""
    return getattr(ctx.master.addons.get("proxyserver"), "connections", {})


def reader(flow: http.HTTPFlow, side: connection.Connection) -> asyncio.StreamReader | None:
    """Return the reader of the flow's connection to one side, None if it is not found."""
    found = getattr(_transport(flow, side), "reader", None)
    return found if isinstance(found, asyncio.StreamReader) else None


def sending_socket(flow: http.HTTPFlow, side: connection.Connection) -> socket.socket | None:
    """Return the socket of the flow's connection to one side, None if it is not found."""
    writer = getattr(_transport(flow, side), "writer", None)
    return None if writer is None else writer.get_extra_info("socket")


def _transport(flow: http.HTTPFlow, side: connection.Connection) -> Any | None:
    transports = getattr(handlers().get(flow.client_conn.id), "transports", {})
    return transports.get(side)
