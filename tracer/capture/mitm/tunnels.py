"""Failed tunnels: a client requested a connection to a cloud, but could send no request through it.

The client requests the connection with CONNECT for an https cloud, or with SOCKS for any cloud. For a
reverse or transparent proxy, the client only connects to the proxy.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from mitmproxy import flow as mitmproxy_flow
from mitmproxy import http
from mitmproxy.proxy.mode_specs import ReverseMode, Socks5Mode

from tracer.urls import bracketed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mitmproxy.proxy.server_hooks import ServerConnectionHookData

__all__ = ["Tunnels", "failed_tunnel"]

_CANCELLED = "connection cancelled"
"""mitmproxy's error if the client leaves while the connection to the server is being opened."""


class Tunnels:
    """The tunnels without a request so far, by the ID of the client's connection.

    mitmproxy creates no flow for a failure inside a tunnel, because only a request creates a flow.
    ``unused`` is the error of an accepted tunnel that the client left before mitmproxy connected to the
    cloud. Without ``unused``, such a tunnel is no failure, as clients keep spare connections.
    """

    def __init__(self, unused: str | None = None) -> None:
        self._tunnels: dict[str, http.HTTPFlow] = {}
        self._unused = unused

    def open(self, tunnel: http.HTTPFlow) -> None:
        """Store a tunnel that a client requests."""
        self._tunnels[tunnel.client_conn.id] = tunnel

    def open_without_request(self, data: ServerConnectionHookData) -> None:
        """Store a TCP tunnel to a server that the client named without HTTP, unless the client has one."""
        if data.client.id not in self._tunnels and data.server.transport_protocol == "tcp":
            self.open(_create_tunnel(data))

    def use(self, connection: str) -> None:
        """Remove a tunnel, as a request came through it."""
        self._tunnels.pop(connection, None)

    def close(self, connection: str) -> http.HTTPFlow | None:
        """Remove a tunnel. Return its failure as a flow, None if it did not fail."""
        tunnel = self._tunnels.pop(connection, None)
        return tunnel and failed_tunnel(tunnel, self._unused)

    def close_all(self) -> Iterator[http.HTTPFlow]:
        """Remove all tunnels. Yield the failures as flows."""
        for connection in list(self._tunnels):
            failure = self.close(connection)
            if failure is not None:
                yield failure


def failed_tunnel(tunnel: http.HTTPFlow, unused: str | None = None) -> http.HTTPFlow | None:
    """Return a flow of the CONNECT request with the error of the tunnel, None if the tunnel did not fail.

    The flow is a copy, as the original response is still on its way to the client. A refusal by the proxy
    itself, such as 407, stays a response.
    """
    reason = _reason(tunnel, unused)
    refused = tunnel.response is not None and tunnel.response.status_code >= 300
    if reason is None and not refused:
        return None
    failure = http.HTTPFlow(tunnel.client_conn, tunnel.server_conn)
    failure.request = tunnel.request
    if reason is None:
        failure.response = tunnel.response
    else:
        failure.error = mitmproxy_flow.Error(reason)
    return failure


def _create_tunnel(data: ServerConnectionHookData) -> http.HTTPFlow:
    """Return a flow with the CONNECT request that is equivalent to the client's request."""
    assert data.server.address is not None, "mitmproxy knows where it connects to"
    host, port = data.server.address[:2]
    mode = data.client.proxy_mode
    version = b"SOCKS5" if isinstance(mode, Socks5Mode) else b""
    # mitmproxy may set the TLS flag of a connection only after the connection is open.
    scheme = b"https" if isinstance(mode, ReverseMode) and mode.scheme == "https" else b""
    authority = f"{bracketed(host)}:{port}".encode("utf-8", "surrogateescape")
    now = time.time()
    tunnel = http.HTTPFlow(data.client, data.server)
    tunnel.request = http.Request(
        host, port, b"CONNECT", scheme, authority, b"", version, http.Headers(), b"", None, now, now
    )
    return tunnel


def _reason(tunnel: http.HTTPFlow, unused: str | None) -> str | None:
    server = tunnel.server_conn
    if server.error and server.error != _CANCELLED:
        return server.error
    if server.timestamp_start is None:  # mitmproxy did not try to connect
        accepted = tunnel.response is not None and tunnel.response.status_code == 200
        return unused if accepted else None
    if server.timestamp_tcp_setup is None:
        return "the client left before the cloud accepted the connection"
    if server.tls and server.timestamp_tls_setup is None:
        return "the client left before the TLS handshake with the cloud was complete"
    return None
