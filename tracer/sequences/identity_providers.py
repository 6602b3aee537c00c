"""Requests to identity providers: the servers outside the cloud at which a federated user logs in.

No catalogue and no path names an identity provider, so the request itself decides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from tracer.model import header
from tracer.urls import path_of

if TYPE_CHECKING:
    from tracer.model import Request

__all__ = ["IDENTITY_PROVIDER", "identity_provider_mount", "is_for_identity_provider"]

IDENTITY_PROVIDER = "identity-provider"
"""The name of the participant."""

_DISCOVERY = "/.well-known/openid-configuration"
_FORM = "application/x-www-form-urlencoded"
_SOAP = frozenset({"application/soap+xml", "application/vnd.paos+xml", "text/xml"})


def is_for_identity_provider(request: Request) -> bool:
    """Return whether ``request`` to an unknown server is a part of a federated login.

    It asks for a discovery document of OpenID Connect, requests a token (RFC 6749, section 4) or a device
    code (RFC 8628, section 3.1), or sends a SOAP message (SAML, WS-Trust).
    """
    if request.method == "GET":
        return path_of(request.url).endswith(_DISCOVERY)
    if request.method != "POST":
        return False
    kind = (header(request.headers, "Content-Type") or "").partition(";")[0].strip().lower()
    if kind in _SOAP:
        return True
    body = request.body
    if kind != _FORM or body is None or not body.text:
        return False
    try:
        fields = parse_qs(body.text, keep_blank_values=True, max_num_fields=100)
    except ValueError:
        return False
    return "grant_type" in fields or {"client_id", "scope"} <= fields.keys()


def identity_provider_mount(path: str) -> str:
    """Return the part of ``path`` that the identity provider chose: all of it for an endpoint."""
    return path.removesuffix(_DISCOVERY).rstrip("/")
