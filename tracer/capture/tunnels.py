"""Tunnels that failed: a client asked for a connection to a cloud, and could send no request through it.

It asks with CONNECT for an https cloud, with SOCKS for any, and a reverse or transparent proxy is asked by
being connected to.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

from mitmproxy import flow as mitmproxy_flow
from mitmproxy import http
from mitmproxy.proxy.mode_specs import ReverseMode, Socks5Mode
from mitmproxy.proxy.server_hooks import ServerConnectionHookData

from tracer.origins import bracketed

__all__ = ["Tunnels", "failed_tunnel"]

_CANCELLED = "connection cancelled"
"""mitmproxy's error of a connection whose client left while it was being opened."""


class Tunnels:
    """The tunnels that no request has come through yet, by the ID of the client's connection.

    mitmproxy makes no flow of what failed inside a tunnel, because only a request makes one. ``unused`` is
    the error of a tunnel that was accepted and left before there was a connection to the cloud. Without it,
    such a tunnel is no failure: clients keep some ready.
    """

    def __init__(self, unused: str | None = None) -> None:
        self._tunnels: dict[str, http.HTTPFlow] = {}
        self._unused = unused

    def open(self, tunnel: http.HTTPFlow) -> None:
        """Remember a tunnel that a client asks for."""
        self._tunnels[tunnel.client_conn.id] = tunnel

    def open_without_request(self, data: ServerConnectionHookData) -> None:
        """Remember a tunnel to a server that the client has named without HTTP, unless there is one."""
        if data.client.id not in self._tunnels and data.server.transport_protocol == "tcp":
            self.open(_asked(data))

    def use(self, connection: str) -> None:
        """Forget a tunnel, as a request came through it."""
        self._tunnels.pop(connection, None)

    def close(self, connection: str) -> http.HTTPFlow | None:
        """Forget a tunnel. Return its failure as a flow, if it is the cloud that did not answer."""
        tunnel = self._tunnels.pop(connection, None)
        return tunnel and failed_tunnel(tunnel, self._unused)

    def close_all(self) -> Iterator[http.HTTPFlow]:
        """Forget all tunnels. Yield the failures."""
        for connection in list(self._tunnels):
            failure = self.close(connection)
            if failure is not None:
                yield failure


def failed_tunnel(tunnel: http.HTTPFlow, unused: str | None = None) -> http.HTTPFlow | None:
    """Return the CONNECT request with the error that kept it from the cloud. Return None without one.

    The flow is a copy: its response is still on its way to the client. A refusal of the proxy itself,
    such as 407, stays a response.
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


def _asked(data: ServerConnectionHookData) -> http.HTTPFlow:
    """Return what the client has asked for, as the CONNECT request that means the same."""
    assert data.server.address is not None, "mitmproxy knows where it connects to"
    host, port = data.server.address[:2]
    mode = data.client.proxy_mode
    version = b"SOCKS5" if isinstance(mode, Socks5Mode) else b""
    # mitmproxy may note the TLS of a connection only once that is open.
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
    if server.timestamp_start is None:  # nobody has tried
        accepted = tunnel.response is not None and tunnel.response.status_code == 200
        return unused if accepted else None
    if server.timestamp_tcp_setup is None:
        return "the client left before the cloud accepted the connection"
    if server.tls and server.timestamp_tls_setup is None:
        return "the client left before the TLS handshake with the cloud was complete"
    return None
