"""Requests to Keystone for tokens, by method and path. Modules that judge a request ask these functions.

A path has any mount before it, and may end with a slash.
"""

from __future__ import annotations

__all__ = ["TOKENS", "asks_for_token", "is_login", "is_token_path"]

TOKENS = "/v3/auth/tokens"
"""The path of tokens in the Identity API v3. A POST request to it is the usual login."""

_TOKENS = "/auth/tokens"
_TOKENS_V2 = "/v2.0/tokens"


def is_token_path(path: str) -> bool:
    """Return whether ``path`` is the path of tokens in the Identity API v3, for any method."""
    return path.rstrip("/").endswith(_TOKENS)


def is_login(method: str, path: str) -> bool:
    """Return whether a request is a login at Keystone itself, or the exchange of a token for another one."""
    return method == "POST" and is_token_path(path)


def asks_for_token(method: str, path: str) -> bool:
    """Return whether a request asks Keystone for a token, also through an identity provider.

    A federated login may be a GET request (SAML).
    """
    path = path.rstrip("/")
    if "/OS-FEDERATION/" in path and path.endswith("/auth"):
        return True
    return is_login(method, path) or (method == "POST" and path.endswith(_TOKENS_V2))
