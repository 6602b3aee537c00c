"""Redaction of the content of messages by its type: JSON, a form, text, bytes."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Literal

import msgspec

from tracer.formats.json_text import may_be_json
from tracer.redaction import documents, url_secrets
from tracer.redaction.pseudonyms import is_pseudonym

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tracer.model import Body
    from tracer.redaction.location_rules import LocationRule
    from tracer.redaction.substitutions import Cleaner, SecretReplacer, Substitutions

__all__ = ["body", "content", "text"]

_WIDE = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")


def body(
    sent: Body, url_path: str, side: Literal["request", "response"], substitutions: Substitutions
) -> Body:
    """Return the body with the secrets replaced that the policy names. Indent JSON for reading."""
    whole = substitutions.policy.body(url_path, side, sent.type)
    before = substitutions.total()
    if whole is not None:
        return _whole(sent, whole, substitutions)
    substitutions.declare(sent.json or sent.text or "")
    if sent.json is not None:
        redacted = _json(sent, sent.json, url_path, substitutions)
    elif sent.text is not None:
        redacted = msgspec.structs.replace(sent, text=text(sent.text, substitutions, sent.type, url_path))
    else:
        return sent
    if substitutions.total() != before:
        # All other bytes of the text are known, so its hash would be a hash of the secret.
        redacted = msgspec.structs.replace(redacted, sha256=None)
    return redacted


def text(sent: str, replacer: SecretReplacer, content_type: str = "", url_path: str = "") -> str:
    """Return a text with the secrets replaced that the policy names, if the text is a form or JSON."""
    if "form-urlencoded" in content_type.lower():
        return url_secrets.parameters(sent, replacer.policy, replacer.take)
    if may_be_json(sent) or "json" in content_type.lower():
        root = replacer.policy.fields(url_path)
        try:
            return documents.document(sent, root, replacer, verbatim=True)
        except ValueError:
            return documents.torn(sent, root, replacer)
    return sent


def content(sent: Body, cleaner: Cleaner) -> Body:
    """Return the body with its type, its encoding, and its JSON, text, or bytes cleaned.

    Omit bytes that contain a secret in UTF-16 or UTF-32. Remove the hash of a changed body.
    """
    scrub = cleaner.scrub
    new = {"type": scrub(sent.type), "encoding": scrub(sent.encoding)}
    cleaned = (
        msgspec.structs.replace(sent, **new) if (sent.type, sent.encoding) != tuple(new.values()) else sent
    )
    if sent.json is not None:
        cleaned = _scrubbed_json(cleaned, sent.json, cleaner)
    elif sent.text is not None:
        cleaned = msgspec.structs.replace(cleaned, text=scrub(sent.text))
    elif sent.base64 is not None:
        data = _scrubbed_base64(sent.base64, scrub)
        if any(scrub(wide) != wide for wide in _wide_texts(data)):
            cleaned = msgspec.structs.replace(cleaned, base64=None, omitted="redaction-failed")
        else:
            cleaned = msgspec.structs.replace(cleaned, base64=data)
    if (cleaned.json, cleaned.text, cleaned.base64) != (sent.json, sent.text, sent.base64):
        cleaned = msgspec.structs.replace(cleaned, sha256=None)
    return cleaned


def _json(sent: Body, source: str, url_path: str, substitutions: Substitutions) -> Body:
    root = substitutions.policy.fields(url_path)
    try:
        laid_out = documents.document(source, root, substitutions)
        return msgspec.structs.replace(sent, json=substitutions.beside(laid_out, document=True))
    except ValueError:
        return msgspec.structs.replace(sent, json=None, text=documents.torn(source, root, substitutions))


def _whole(sent: Body, rule: LocationRule, substitutions: Substitutions) -> Body:
    """Return a body that is one secret with its pseudonym as text, without its hash."""
    if sent.omitted is not None:
        return msgspec.structs.replace(sent, sha256=None)
    value = sent.json or sent.text or sent.base64 or ""
    if sent.base64 is not None and not is_pseudonym(value):
        substitutions.learn(rule, _decoded(value).decode("utf-8", "surrogateescape"))
    new = substitutions.take(rule, value)
    return msgspec.structs.replace(sent, json=None, base64=None, text=new, sha256=None)


def _scrubbed_json(sent: Body, source: str, cleaner: Cleaner) -> Body:
    """Return the body with its JSON cleaned. Parse it only if a fast search in the whole text has a hit."""
    if cleaner.is_clean_json(source):
        return sent
    try:
        new = documents.scrubbed(source, cleaner.scrub)
    except ValueError:
        new = source
    if cleaner.is_clean_json(new):
        return msgspec.structs.replace(sent, json=new)
    return msgspec.structs.replace(sent, json=None, text=cleaner.scrub(new))


def _scrubbed_base64(source: str, scrub: Callable[[str], str]) -> str:
    data = _decoded(source)
    for coding in ("utf-8", "latin-1"):
        try:
            plain = data.decode(coding)
        except UnicodeDecodeError:
            continue
        new = scrub(plain)
        return source if new == plain else base64.b64encode(new.encode(coding)).decode()
    return source


def _wide_texts(source: str) -> Iterator[str]:
    """Yield the possible texts of bytes with two or four bytes for a character."""
    data = _decoded(source)
    if b"\0" in data:
        yield data.replace(b"\0", b"").decode("latin-1")
        for coding in _WIDE:
            yield data.decode(coding, "replace")
            yield data[1:].decode(coding, "replace")


def _decoded(source: str) -> bytes:
    try:
        return base64.b64decode(source)
    except (binascii.Error, ValueError):
        # The caller strips an exchange that fails redaction.
        raise ValueError("a body is not base64") from None
