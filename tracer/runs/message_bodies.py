"""Conversion of the content of a message to a Body."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from email.message import Message
from typing import TYPE_CHECKING

from msgspec.structs import replace

from tracer.formats.byte_order import encoding_by_mark
from tracer.formats.json_text import may_be_json
from tracer.model import Body, Omission
from tracer.runs.content_codings import CodingError, TooLargeError, decode
from tracer.runs.header_fields import Fields, media_type

if TYPE_CHECKING:
    from tracer.runs.events import Content

__all__ = ["BASE64_LIMIT", "body"]

BASE64_LIMIT = 4096
"""Maximum size of recorded content that is neither JSON nor text, in bytes."""

# Only these codecs of Python: some codecs (punycode) take quadratic time on hostile bytes.
_CHARSETS = frozenset(
    {
        "us-ascii",
        "iso-8859-1",
        "iso-8859-15",
        "windows-1252",
        "euc-kr",
        "cp949",
        "shift_jis",
        "euc-jp",
    }
    | {"gb18030", "big5"}
)
_WIDE = re.compile(r"utf[-_]?(16|32)[-_]?(le|be)?")


def body(fields: Fields, content: Content, limit: int) -> Body | None:
    """Return the decoded content of a message with the header ``fields``; None if it has no content.

    Content over ``limit`` bytes, streamed content, and content that cannot be decoded are omitted: the
    Body then has the reason, the size in bytes and, if known, the SHA-256 hash.
    """
    raw = content.raw
    if not raw and not content.streamed and not content.sha256:
        return None
    kind = Body(
        type=fields.get(b"content-type"),
        encoding=fields.get(b"content-encoding"),
        size=content.size if raw is None else len(raw),
    )
    if raw is not None and kind.size <= limit:
        return _decode_body(kind, raw, fields, limit) if raw else None
    if content.streamed:
        seen = kind.size or not content.sha256
        return replace(kind, omitted="streamed", sha256=content.sha256 or None) if seen else None
    if content.sha256:
        return replace(kind, omitted="too-large", sha256=content.sha256)
    return _omitted(kind, raw, "too-large") if raw else None


def _decode_body(kind: Body, raw: bytes, fields: Fields, limit: int) -> Body:
    try:
        content = decode(raw, kind.encoding, limit)
    except TooLargeError:
        return _omitted(kind, raw, "too-large")
    except CodingError:
        # Secrets in such content cannot be found, so the content is omitted.
        return _omitted(kind, raw, "undecodable")
    is_json = "json" in media_type(fields)
    # The zero bytes of JSON show its encoding (RFC 4627, section 3). The charset parameter is ignored.
    text = _text(content, json.detect_encoding(content) if is_json else _charset(fields, content))
    if text is not None and content:
        # The redactor parses it, and changes it to text if it is not JSON.
        return replace(kind, json=text) if is_json or may_be_json(text) else replace(kind, text=text)
    if is_json or _is_compressed(content):
        return _omitted(kind, raw, "undecodable")
    if len(content) > BASE64_LIMIT:
        return _omitted(kind, raw, "too-large")
    return replace(kind, base64=base64.b64encode(content or raw).decode("ascii"))


def _is_compressed(content: bytes) -> bool:
    return content.startswith((b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"BZh", b"\xfd7zXZ", b"PK\x03\x04"))


def _omitted(kind: Body, sent: bytes, why: Omission) -> Body:
    return replace(kind, omitted=why, sha256=hashlib.sha256(sent).hexdigest())


def _text(content: bytes, charset: str) -> str | None:
    """Return ``content`` as text, None if it is binary.

    The encoding is that of the byte order mark, else UTF-8, else ``charset``.
    """
    for name in filter(None, (encoding_by_mark(content), "utf-8", charset)):
        try:
            text = content.decode(name)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    return None


def _charset(fields: Fields, content: bytes) -> str:
    """Return the charset of the Content-Type if it is supported, else UTF-8."""
    parsed = Message()
    parsed["content-type"] = fields.get(b"content-type").replace("\n", " ").replace("\r", " ")
    charset = str(parsed.get_content_charset("utf-8"))
    wide = _WIDE.fullmatch(charset)
    if wide:
        return f"utf-{wide[1]}-{wide[2] or _byte_order(content)}"
    return charset if charset in _CHARSETS else "utf-8"


def _byte_order(content: bytes) -> str:
    """Return the byte order of UTF-16 or UTF-32 text, by its zero bytes; big if unclear (RFC 2781)."""
    return "le" if content[::2].count(0) < content[1::2].count(0) else "be"
