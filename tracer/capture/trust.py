"""Failed TLS handshakes in which one side did not trust the certificate of the other."""

from __future__ import annotations

from mitmproxy import tls

__all__ = ["distrusted_client", "distrusted_server"]

_ALERTS = ("unknown ca", "bad certificate", "certificate unknown")
"""What clients say of a certificate that they refuse (RFC 8446, section 6.2)."""

_CLOSED = "connection closed"


def distrusted_client(data: tls.TlsData) -> str:
    """Return the host asked for, if the client refused the proxy's certificate for it.

    Some clients close the connection without an alert. That tells of distrust only where the cloud's
    side of the handshake was complete: else the client gave up waiting for it.
    """
    error = data.conn.error or ""
    refused = any(alert in error for alert in _ALERTS)
    closed = error == _CLOSED and data.context.server.tls_established
    return _host(data) if refused or closed else ""


def distrusted_server(data: tls.TlsData) -> str:
    """Return the host of a server whose certificate the proxy refused."""
    return _host(data) if (data.conn.error or "").startswith("Certificate verify failed") else ""


def _host(data: tls.TlsData) -> str:
    address = data.context.server.address
    return str(address[0]) if address else data.context.client.sni or "an unknown host"
