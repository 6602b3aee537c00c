"""Secrets in URLs and forms: the password before the host, path segments, parameters.

A URL is cut, not parsed and rebuilt: what is no secret stays as it was sent (RFC 3986, appendix B).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, unquote_plus

from tracer.redaction.rules import Place

if TYPE_CHECKING:
    from collections.abc import Callable

    from tracer.redaction.rules import Policy

    Take = Callable[[Place, str], str]

__all__ = ["bare", "parameters", "path_of", "paths", "url"]

_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*:)?(//[^/?#]*)?([^?#]*)(\?[^#]*)?(#.*)?", re.DOTALL)
_BARE = re.compile(
    r"([A-Za-z][A-Za-z0-9+.-]{0,20}:)//(?:[^/?#]*@)?"
    r"((?:\[[0-9A-Fa-f:.]+(?:%25[A-Za-z0-9._~-]{1,15})?\]|[A-Za-z0-9._-]*)(?::[0-9]{0,5})?)(?=[/?#]|$)"
)
_PARAMETER = re.compile(r"([^&=?#]+)=([^&]*)", re.DOTALL)
_USERINFO = Place("URL user:password", "password")
_DEEPEST = 4  # a URL in a parameter of a URL


def url(text: str, policy: Policy, take: Take, depth: int = 0) -> str:
    """``text``, a URL or the end of one, with its secrets exchanged by ``take(place, value)``."""
    match = _URL.fullmatch(text)
    if match is None:
        return text
    scheme, authority, path, query, fragment = (group or "" for group in match.groups())
    user, at, host = authority.rpartition("@")
    name, colon, password = user[2:].partition(":")
    if at and colon:
        authority = f"//{name}:{_exchanged(password, unquote(password), _USERINFO, take)}@{host}"
    path = paths(path, policy, take)
    query = query[:1] + parameters(query[1:], policy, take, depth)
    fragment = fragment[:1] + parameters(fragment[1:], policy, take, depth)
    return scheme + authority + path + query + fragment


def parameters(text: str, policy: Policy, take: Take, depth: int = 0) -> str:
    """A query or a form (``application/x-www-form-urlencoded``) with its secrets exchanged."""

    def replace(match: re.Match[str]) -> str:
        name, value = match.groups()
        place = policy.parameter(unquote_plus(name))
        if place is not None:
            return f"{name}={_exchanged(value, unquote_plus(value), place, take)}"
        decoded = unquote(value)
        if depth < _DEEPEST and "=" in decoded:
            # noVNC: …/vnc_auto.html?path=%3Ftoken%3D…
            new = url(decoded, policy, take, depth + 1)
            if "?" not in decoded:
                new = parameters(new, policy, take, depth + 1)
            if new != decoded:
                return f"{name}={quote(new, safe='/:<>')}"
        return match[0]

    return _PARAMETER.sub(replace, text) if "=" in text else text


def paths(path: str, policy: Policy, take: Take) -> str:
    """The path of a URL with its secrets exchanged."""
    for place, start, end in sorted(policy.path_secrets(path), key=lambda found: -found[1]):
        value = path[start:end]
        path = path[:start] + _exchanged(value, unquote(value), place, take) + path[end:]
    return path


def path_of(text: str) -> str:
    """The path of the URL ``text``, as sent."""
    match = _URL.fullmatch(text)
    return (match[3] or "") if match else ""


def bare(text: str) -> str:
    """No more of a URL than its scheme, host and port."""
    match = _BARE.match(text)
    return f"{match[1]}//{match[2]}" if match else ""


def _exchanged(sent: str, value: str, place: Place, take: Take) -> str:
    new = take(place, value)
    return sent if new == value else new
