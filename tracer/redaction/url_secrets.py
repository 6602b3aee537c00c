"""Redaction of URLs and forms: the password before the host, path segments, parameters.

A URL is split, not parsed and rebuilt: its other parts are unchanged (RFC 3986, appendix B).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, unquote_plus

from tracer.redaction.location_rules import LocationRule

if TYPE_CHECKING:
    from collections.abc import Callable

    from tracer.redaction.rules import Policy

    Take = Callable[[LocationRule, str], str]

__all__ = ["authority", "bare", "parameters", "path_of", "paths", "url"]

_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*:)?(//[^/?#]*)?([^?#]*)(\?[^#]*)?(#.*)?", re.DOTALL)
_BARE = re.compile(
    r"([A-Za-z][A-Za-z0-9+.-]{0,20}:)//(?:[^/?#]*@)?"
    r"((?:\[[0-9A-Fa-f:.]+(?:%25[A-Za-z0-9._~-]{1,15})?\]|[A-Za-z0-9._-]*)(?::[0-9]{0,5})?)(?=[/?#]|$)"
)
_PARAMETER = re.compile(r"([^&=?#]+)=([^&]*)", re.DOTALL)
_USERINFO = LocationRule("URL user:password", "password")
_URL_TOKEN = LocationRule("URL token", "token")
_TRUST = LocationRule("trust of an alarm", "token")
# User information without a password is a user name or a token: see the pattern "URL token" of the policy.
_TOKEN = re.compile(r"(?=.*[0-9]).{8,}|.{16,}", re.DOTALL)
_NO_PASSWORDS = ("", "x-oauth-basic")
_DEEPEST = 4  # a URL in a parameter of a URL


def url(text: str, policy: Policy, take: Take, depth: int = 0) -> str:
    """Return ``text``, a URL or the end of a URL, with its secrets replaced by ``take(rule, value)``."""
    match = _URL.fullmatch(text)
    if match is None:
        return text
    scheme, authority, path, query, fragment = (group or "" for group in match.groups())
    user, at, host = authority.rpartition("@")
    if at and scheme.lower().startswith("trust+"):
        name, colon, rest = user[2:].partition(":")
        authority = f"//{_replace_value(name, unquote(name), _TRUST, take)}{colon}{rest}@{host}"
    elif at and (":" in user or _TOKEN.fullmatch(user[2:])):
        authority = f"//{_userinfo(user[2:], _URL_TOKEN, take)}@{host}"
    path = paths(path, policy, take)
    query = query[:1] + parameters(query[1:], policy, take, depth)
    fragment = fragment[:1] + parameters(fragment[1:], policy, take, depth)
    return scheme + authority + path + query + fragment


def authority(text: str, rule: LocationRule, take: Take) -> str:
    """Return an authority with its password or token replaced (RFC 3986, section 3.2)."""
    user, at, host = text.rpartition("@")
    return f"{_userinfo(user, rule, take)}@{host}" if at else text


def parameters(text: str, policy: Policy, take: Take, depth: int = 0) -> str:
    """Return a query or a form (``application/x-www-form-urlencoded``) with its secrets replaced."""

    def replace(match: re.Match[str]) -> str:
        name, value = match.groups()
        rule = policy.parameter(_decoded_name(name))
        if rule is not None:
            return f"{name}={_replace_value(value, unquote_plus(value), rule, take)}"
        decoded = unquote(value)
        new = _nested(decoded, policy, take, depth + 1) if decoded != value or "=" in value else decoded
        return match[0] if new == decoded else f"{name}={quote(new, safe='/:<>')}"

    if "=" in text:
        return _PARAMETER.sub(replace, text)
    # The query may be encoded as a whole.
    decoded = unquote(text)
    if decoded == text or depth >= _DEEPEST:
        return text
    new = parameters(decoded, policy, take, depth + 1)
    return text if new == decoded else quote(new, safe="/:<>")


def paths(path: str, policy: Policy, take: Take) -> str:
    """Return the path of a URL with its secrets replaced."""
    secrets: list[tuple[LocationRule, int, int]] = []
    covered = 0
    # Two rules may name the same part of a path: the first rule of the longest part counts.
    for rule, start, end in sorted(policy.path_secrets(path), key=lambda secret: (secret[1], -secret[2])):
        if end > covered:
            secrets.append((rule, max(start, covered), end))
            covered = end
    for rule, start, end in reversed(secrets):
        value = path[start:end]
        path = path[:start] + _replace_value(value, unquote(value), rule, take) + path[end:]
    return path


def path_of(text: str) -> str:
    """Return the path of the URL ``text``, as sent."""
    match = _URL.fullmatch(text)
    return (match[3] or "") if match else ""


def bare(text: str) -> str:
    """Return the scheme, host, and port of a URL; empty if ``text`` has none."""
    match = _BARE.match(text)
    return f"{match[1]}//{match[2]}" if match else ""


def _nested(text: str, policy: Policy, take: Take, depth: int) -> str:
    """Return a URL or a query in a parameter with its secrets replaced.

    noVNC sends such parameters: ``…/vnc_auto.html?path=%3Ftoken%3D…``.
    """
    if depth > _DEEPEST:
        return text
    decoded = text if "=" in text or "://" in text else unquote(text)
    if decoded != text:  # encoded once more
        new = _nested(decoded, policy, take, depth + 1)
        return text if new == decoded else quote(new, safe="/:<>")
    new = url(text, policy, take, depth)
    return new if "?" in text else parameters(new, policy, take, depth)


def _decoded_name(name: str) -> str:
    """Decode the name of a parameter, which may be encoded several times."""
    decoded = unquote_plus(name)
    for _ in range(_DEEPEST):
        if "%" not in decoded:
            break
        decoded = unquote(decoded)
    return decoded


def _userinfo(user: str, token: LocationRule, take: Take) -> str:
    """Return user information with the password replaced, or the token if there is no password."""
    name, colon, password = user.partition(":")
    if password in _NO_PASSWORDS:
        return _replace_value(name, unquote(name), token, take) + colon + password
    return f"{name}:{_replace_value(password, unquote(password), _USERINFO, take)}"


def _replace_value(sent: str, value: str, rule: LocationRule, take: Take) -> str:
    new = take(rule, value)
    return sent if new == value else new
