"""Secrets in header fields, each by the form that the policy gives it. Names, order and attributes stay."""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING

from tracer.redaction import urls
from tracer.redaction.rules import Place

if TYPE_CHECKING:
    from tracer.model import Headers
    from tracer.redaction.ledger import Ledger

__all__ = ["headers", "value"]

_SCHEMES = (
    "Basic|Bearer|Digest|Negotiate|NTLM|OAuth|Token|HOBA|Mutual|AWS|AWS4-HMAC-SHA256|SCRAM-SHA-256|GSSAPI"
)
_CREDENTIALS = re.compile(rf"({_SCHEMES})(\s+)(.+)", re.IGNORECASE | re.DOTALL)
_PAIR = re.compile(r"""([\w.-]+)\s*=\s*("[^"]*"|[^\s,;"]+)""")
_COOKIE = re.compile(r"(\s*)([^=;\s]*\s*=\s*)?([^;]*)(;|$)")
_LINK = re.compile(r"<((?:[^<>]|<[a-z]+(?:-[a-z]+)*-[0-9]+>)*)>")
_REFRESH = re.compile(r"(\s*[0-9.]*\s*[;,]\s*url\s*=\s*[\"']?)(.*)", re.IGNORECASE | re.DOTALL)
_PASSWORD = Place("Basic", "password")


def headers(fields: Headers, ledger: Ledger) -> Headers:
    """The fields with their secrets exchanged."""
    return {
        name: value(name, sent, ledger)
        if isinstance(sent, str)
        else [value(name, one, ledger) for one in sent]
        for name, sent in fields.items()
    }


def value(name: str, text: str, ledger: Ledger) -> str:
    """The value of one field line with its secrets exchanged."""
    place = ledger.policy.header(name.strip())
    if place is None or not text:
        return text
    match place.form:
        case "credentials":
            return _credentials(place, text, ledger)
        case "cookie":
            return _COOKIE.sub(lambda match: _cookie(match, place, ledger), text)
        case "set-cookie":
            return _COOKIE.sub(lambda match: _cookie(match, place, ledger), text, count=1)
        case "url":
            return _urls(text, ledger)
        case _:
            return ledger.take(place, text)


def _credentials(place: Place, text: str, ledger: Ledger) -> str:
    match = _CREDENTIALS.fullmatch(text.strip())
    if match is None:
        return ledger.take(place, text)
    scheme, space, secret = match.groups()
    if scheme.lower() in ("bearer", "token"):
        place = place._replace(kind="token")
    elif scheme.lower() == "basic":
        _learn_basic(secret, ledger)
    else:
        for pair in _PAIR.finditer(secret):
            parameter = ledger.policy.parameter(pair[1])
            if parameter is not None:
                ledger.learn(parameter, pair[2].strip('"'))
    return f"{scheme}{space}{ledger.take(place, secret)}"


def _learn_basic(secret: str, ledger: Ledger) -> None:
    """The password in ``user:password`` (RFC 7617)."""
    try:
        decoded = base64.b64decode(secret, validate=True).decode("utf-8", "surrogateescape")
    except (binascii.Error, ValueError):
        return
    ledger.learn(_PASSWORD, decoded.partition(":")[2])


def _cookie(match: re.Match[str], place: Place, ledger: Ledger) -> str:
    space, name, secret, end = match.groups()
    bare = secret.strip()
    quoted = bare[:1] == bare[-1:] == '"' and len(bare) > 1
    inner = bare[1:-1] if quoted else bare
    new = ledger.take(place, inner)
    if new != inner:
        secret = f'"{new}"' if quoted else new
    return f"{space}{name or ''}{secret}{end}"


def _urls(text: str, ledger: Ledger) -> str:
    if _LINK.match(text.lstrip()):
        return _LINK.sub(lambda match: f"<{urls.url(match[1], ledger.policy, ledger.take)}>", text)
    refresh = _REFRESH.fullmatch(text)
    if refresh:
        return refresh[1] + urls.url(refresh[2], ledger.policy, ledger.take)
    return urls.url(text, ledger.policy, ledger.take)
