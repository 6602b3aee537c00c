"""Detection of TLS handshakes that failed because of an untrusted certificate."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mitmproxy import tls

__all__ = ["distrusted_client", "distrusted_server"]

_ALERTS = ("unknown ca", "bad certificate", "certificate unknown")
"""Alerts of clients that refuse a certificate (RFC 8446, section 6.2)."""

_CLOSED = "connection closed"


def distrusted_client(data: tls.TlsData) -> str:
    """Return the requested host if the client refused the proxy's certificate for it, else an empty string.

    Some clients close the connection without an alert. This is a sign of distrust only if the TLS
    handshake with the cloud was complete: otherwise the client stopped waiting for that handshake.
    """
    error = data.conn.error or ""
    refused = any(alert in error for alert in _ALERTS)
    closed = error == _CLOSED and data.context.server.tls_established
    return _host(data) if refused or closed else ""


def distrusted_server(data: tls.TlsData) -> str:
    """Return the host of the server if the proxy refused its certificate, else an empty string."""
    return _host(data) if (data.conn.error or "").startswith("Certificate verify failed") else ""


def _host(data: tls.TlsData) -> str:
    address = data.context.server.address
    return str(address[0]) if address else data.context.client.sni or "an unknown host"
