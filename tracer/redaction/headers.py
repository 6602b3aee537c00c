"""Redaction of header fields by their forms in the policy. Names, order, and attributes are unchanged."""

from __future__ import annotations

import base64
import binascii
import contextlib
import re
from typing import TYPE_CHECKING

from tracer.redaction import url_secrets
from tracer.redaction.location_rules import LocationRule
from tracer.redaction.pseudonyms import PSEUDONYM, REMOVED

if TYPE_CHECKING:
    from collections.abc import Callable

    from tracer.model import Headers
    from tracer.redaction.policy import HeaderForm
    from tracer.redaction.substitutions import SecretReplacer

__all__ = ["headers", "is_scheme", "value"]

_SCHEMES = (
    "Basic|Bearer|Digest|Negotiate|NTLM|OAuth|Token|HOBA|Mutual|AWS|AWS4-HMAC-SHA256|SCRAM-SHA-256|GSSAPI"
)
_NAME = re.compile(r":?[!#$%&'*+.^_`|~0-9A-Za-z-]+\s*|")
_SCHEME = re.compile(_SCHEMES, re.IGNORECASE)
_CREDENTIALS = re.compile(rf"({_SCHEMES})(\s+)(.+)", re.IGNORECASE | re.DOTALL)
_PAIR = re.compile(r"""([\w.-]+)\s*=\s*("[^"]*"|[^\s,;"]+)""")
_COOKIE = re.compile(r"(\s*)([^=;\s]*\s*=\s*)?([^;]*)(;|$)")
_LINK = re.compile(rf"<((?:[^<>]|{PSEUDONYM})*)>")
_REFRESH = re.compile(r"(\s*[0-9.]*\s*[;,]\s*url\s*=\s*[\"']?)(.*)", re.IGNORECASE | re.DOTALL)
_PASSWORD = LocationRule("Basic", "password")
# A token68 (RFC 9110, section 11.2) is the whole of a challenge; parameters have names.
_CHALLENGE = re.compile(r"((?:^|,)\s*[A-Za-z][\w-]*[ \t]+)([A-Za-z0-9._~+/-]+=*)(?=\s*(?:,|$))")
_PROTOCOL = re.compile(r"[^\s,]+")
_BEARER = re.compile(
    r"((?:(?:base64url|base64|bearer|authori[sz]ation|auth|access[_-]?token|token|jwt|k8s|io)(?:[.:=|-]|$))+)(.*)",
    re.IGNORECASE | re.DOTALL,
)
_ENCODING = re.compile(r"(?:base64url|base64|k8s|io|[.:=|-])+", re.IGNORECASE)


def headers(fields: Headers, replacer: SecretReplacer) -> Headers:
    """Return the fields without their secrets.

    Remove an invalid field name (RFC 9110, section 5.1), as it may be a line without its colon.
    """
    redacted: Headers = {}
    for name, sent in fields.items():
        values = [value(name, line, replacer) for line in ([sent] if isinstance(sent, str) else sent)]
        key = name if _NAME.fullmatch(name) else REMOVED
        before = redacted.get(key, [])
        values = [*([before] if isinstance(before, str) else before), *values]
        redacted[key] = values[0] if len(values) == 1 and not isinstance(sent, list) else values
    return redacted


def is_scheme(word: str) -> bool:
    """Return whether a word is the name of an authentication scheme (RFC 9110, section 11.1)."""
    return _SCHEME.fullmatch(word) is not None


def value(name: str, text: str, replacer: SecretReplacer) -> str:
    """Return the value of one field line with its secrets replaced."""
    rule = replacer.policy.header(name.strip())
    if rule is None or not text:
        return text
    replace = _FORMS.get(rule.form)
    return replacer.take(rule, text) if replace is None else replace(rule, text, replacer)


def _credentials(rule: LocationRule, text: str, replacer: SecretReplacer) -> str:
    match = _CREDENTIALS.fullmatch(text.strip())
    if match is None:
        return replacer.take(rule, text)
    scheme, space, secret = match.groups()
    if scheme.lower() in ("bearer", "token"):
        rule = rule._replace(kind="token")
    elif scheme.lower() == "basic":
        _learn_basic(secret, replacer)
    else:
        for pair in _PAIR.finditer(secret):
            parameter = replacer.policy.parameter(pair[1])
            if parameter is not None:
                replacer.learn(parameter, pair[2].strip('"'))
    return f"{scheme}{space}{replacer.take(rule, secret)}"


def _learn_basic(secret: str, replacer: SecretReplacer) -> None:
    """Register the password in ``user:password`` (RFC 7617)."""
    try:
        decoded = base64.b64decode(secret, validate=True).decode("utf-8", "surrogateescape")
    except (binascii.Error, ValueError):
        return
    replacer.learn(_PASSWORD, decoded.partition(":")[2])


def _protocols(rule: LocationRule, text: str, replacer: SecretReplacer) -> str:
    """Replace bearer tokens among the subprotocols of a WebSocket.

    Some clients send ``bearer, TOKEN``, Kubernetes ``base64url.bearer.authorization.k8s.io.TOKEN``.
    """
    announced = False

    def replace(match: re.Match[str]) -> str:
        nonlocal announced
        bearer = _BEARER.fullmatch(match[0])
        if bearer is None or _ENCODING.fullmatch(bearer[1]):
            bearer = None
        if announced and bearer is None:
            announced = False
            return replacer.take(rule, match[0])
        announced = bearer is not None and not bearer[2]
        if bearer is None or not bearer[2]:
            return match[0]
        if "base64" in bearer[1].lower():
            _learn_base64(rule, bearer[2], replacer)
        return bearer[1] + replacer.take(rule, bearer[2])

    return _PROTOCOL.sub(replace, text)


def _learn_base64(rule: LocationRule, secret: str, replacer: SecretReplacer) -> None:
    with contextlib.suppress(binascii.Error, ValueError):
        replacer.learn(rule, base64.urlsafe_b64decode(secret + "=" * (-len(secret) % 4)).decode())


def _challenges(rule: LocationRule, text: str, replacer: SecretReplacer) -> str:
    return _CHALLENGE.sub(lambda match: match[1] + replacer.take(rule, match[2]), text)


def _authority(rule: LocationRule, text: str, replacer: SecretReplacer) -> str:
    return url_secrets.authority(text, rule, replacer.take)


def _cookies(rule: LocationRule, text: str, replacer: SecretReplacer) -> str:
    return _COOKIE.sub(lambda match: _cookie(match, rule, replacer), text)


def _set_cookie(rule: LocationRule, text: str, replacer: SecretReplacer) -> str:
    return _COOKIE.sub(lambda match: _cookie(match, rule, replacer), text, count=1)


def _cookie(match: re.Match[str], rule: LocationRule, replacer: SecretReplacer) -> str:
    space, name, secret, end = match.groups()
    bare = secret.strip()
    quoted = bare[:1] == bare[-1:] == '"' and len(bare) > 1
    inner = bare[1:-1] if quoted else bare
    new = replacer.take(rule, inner)
    if new != inner:
        secret = f'"{new}"' if quoted else new
    return f"{space}{name or ''}{secret}{end}"


def _urls(_rule: LocationRule, text: str, replacer: SecretReplacer) -> str:
    if _LINK.match(text.lstrip()):
        return _LINK.sub(lambda match: f"<{url_secrets.url(match[1], replacer.policy, replacer.take)}>", text)
    refresh = _REFRESH.fullmatch(text)
    if refresh:
        return refresh[1] + url_secrets.url(refresh[2], replacer.policy, replacer.take)
    return url_secrets.url(text, replacer.policy, replacer.take)


_FORMS: dict[HeaderForm, Callable[[LocationRule, str, SecretReplacer], str]] = {
    "credentials": _credentials,
    "cookie": _cookies,
    "set-cookie": _set_cookie,
    "url": _urls,
    "challenge": _challenges,
    "authority": _authority,
    "protocols": _protocols,
}
