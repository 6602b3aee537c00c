"""The CA of the proxy, which signs a certificate for each https cloud."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["certificate"]


def certificate(authority: Path) -> Path:
    """Return the certificate file of the proxy's CA in the folder ``authority``; create both if missing."""
    path = authority / "mitmproxy-ca-cert.pem"
    if not path.exists():
        # A command with an existing CA must not wait for the import.
        from mitmproxy.certs import CertStore

        authority.mkdir(parents=True, exist_ok=True, mode=0o700)
        CertStore.from_store(authority, "mitmproxy", 2048)
    return path
