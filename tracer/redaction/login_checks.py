"""Test of logins without a known secret for secrets that redaction did not recognise.

A successful login issues a token, so a login without a pseudonym is suspicious: the policy may not know the
form of the secret. But a proxy may respond with its own page, and a request may contain no credential. Such a
login is kept if nothing in it could be a secret.
"""

from __future__ import annotations

import html
import json
import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracer.model import Body, Exchange, Headers

__all__ = ["may_hold_unrecognised_secret"]

_TOKEN_LIKE = re.compile(r"(?=[A-Za-z_+=-]*[0-9])[A-Za-z0-9_+=-]{16,}|[A-Za-z0-9_+=-]{32,}")
"""A run of characters that is longer than most words and has a digit, or is longer than any word."""

_TOKEN_NAMED = re.compile(r"(?i)token\w*[\"']?\s*[=:]\s*\S|<(?:\w+:)?(?:token|access)\b")
_SUSPICIOUS = re.compile(
    r"(?i)token|auth|cookie|session|secret|key|ticket|assertion|saml|credential|password"
)

_HARMLESS_HEADERS = {
    *("accept", "accept-encoding", "allow", "cache-control", "connection", "content-length", "content-type"),
    *("date", "etag", "expires", "host", "keep-alive", "last-modified", "server", "transfer-encoding"),
    *("user-agent", "vary", "via", "x-openstack-request-id", "x-request-id"),
}
_TOKEN_KEYS = {"token", "access"}
_HARMLESS_KEYS = {"domain", "id", "methods", "name", "project", "scope", "system", "tenantName", "tenantId"}


def may_hold_unrecognised_secret(exchange: Exchange) -> bool:
    """Return whether something in a redacted login could be a secret that was not recognised."""
    request, response = exchange.request, exchange.response
    if _looks_like_token(request.url.partition("?")[2]):
        return True
    if _is_suspicious(request.headers) or _request_may_hold(request.body):
        return True
    if response is None:
        return False
    fields = _is_suspicious(response.headers) or _looks_like_token(response.reason)
    return fields or _response_may_hold(response.body)


def _is_suspicious(fields: Headers) -> bool:
    return any(
        value and (_SUSPICIOUS.search(name) or _looks_like_token(value))
        for name, values in fields.items()
        for value in ([values] if isinstance(values, str) else values)
        if name.lower() not in _HARMLESS_HEADERS
    )


def _request_may_hold(body: Body | None) -> bool:
    """Return whether the body contains anything except names, IDs, and methods."""
    if body is None or body.omitted or body.text == "":
        return False
    try:
        document = _parsed(body.json or "")
    except (ValueError, RecursionError):
        return True
    return any(
        (text and key not in _HARMLESS_KEYS) or _looks_like_token(key) for key, text in _texts(document)
    )


def _response_may_hold(body: Body | None) -> bool:
    """Return whether the body contains a token by its name, or a value that looks like a token."""
    if body is None or body.omitted:
        return False
    if body.base64:  # no text, and no known content coding
        return True
    text = body.json or body.text or ""
    try:
        document = _parsed(text)
    except RecursionError:
        return True
    except ValueError:
        return _looks_like_token(text)
    if isinstance(document, _Object) and any(key in _TOKEN_KEYS and value for key, value in document):
        return True
    return any(_looks_like_token(part) for pair in _texts(document) for part in pair)


class _Object(list[tuple[str, object]]):
    """The members of a JSON object; a key may occur twice."""


def _parsed(text: str) -> object:
    document: object = json.loads(text, object_pairs_hook=_Object)
    return document


def _looks_like_token(text: str) -> bool:
    shown = html.unescape(unquote(text))
    return bool(_TOKEN_LIKE.search(shown) or _TOKEN_NAMED.search(shown))


def _texts(value: object, key: str = "") -> Iterator[tuple[str, str]]:
    """Yield each key and each scalar of a document, a scalar with its key."""
    if isinstance(value, _Object):
        for name, inner in value:
            yield name, ""
            yield from _texts(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner, key)
    elif value:
        yield key, str(value)
