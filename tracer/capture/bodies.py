"""The content of a mitmproxy message as a Body, and the tap that lets large content stream through."""

from __future__ import annotations

import base64
import hashlib
import json
from email.message import Message
from typing import TYPE_CHECKING

from msgspec.structs import replace

from tracer.capture.coding import CodingError, TooLargeError, decode
from tracer.capture.fields import Fields
from tracer.model import Body, Omission

if TYPE_CHECKING:
    from mitmproxy import http

__all__ = ["BASE64_LIMIT", "Tap", "body", "wants_stream"]

BASE64_LIMIT = 4096
"""Content that is neither JSON nor text is kept up to this many bytes."""

# Of Python's codecs only these: others run code of quadratic cost on hostile bytes (punycode).
_CHARSETS = frozenset(
    {
        "us-ascii",
        "iso-8859-1",
        "iso-8859-15",
        "windows-1252",
        "utf-16",
        "euc-kr",
        "cp949",
        "shift_jis",
        "euc-jp",
    }
    | {"gb18030", "big5"}
)


class Tap:
    """What mitmproxy calls for each chunk of a streamed body: hands it on unchanged, and measures it."""

    def __init__(self, keep: int) -> None:
        self.size = 0
        self._hash = hashlib.sha256()
        self._keep = keep
        self._kept: bytearray | None = bytearray()

    def __call__(self, chunk: bytes) -> bytes:
        """Measure a chunk; the last one is empty."""
        self.size += len(chunk)
        self._hash.update(chunk)
        if self._kept is not None:
            if self.size <= self._keep:
                self._kept += chunk
            else:
                self._kept = None
        return chunk

    @property
    def sha256(self) -> str:
        """Of all bytes that passed."""
        return self._hash.hexdigest()

    @property
    def kept(self) -> bytes | None:
        """All bytes that passed, where they were few enough."""
        return None if self._kept is None else bytes(self._kept)


def wants_stream(message: http.Message, limit: int) -> int | None:
    """None where the body can be held; else how many bytes of it the tap is to keep.

    Held is what is announced as small. What is of unknown length streams, and is kept as
    long as it turns out to be small. An image's bytes are never kept.
    """
    fields = Fields(message.headers)
    if _media_type(fields) == "application/octet-stream":
        return 0
    length = fields.get(b"content-length")
    if length.isascii() and length.isdigit():
        return 0 if int(length) > limit else None
    open_ended = message.is_http2 or message.is_http3 or not hasattr(message, "method")
    return limit if open_ended or b"transfer-encoding" in fields else None


def body(message: http.Message, tap: Tap | None, limit: int) -> Body | None:
    """The message's content, decoded; None where it has none."""
    raw = message.raw_content if tap is None else tap.kept
    if tap is None and not raw:
        return None
    fields = Fields(message.headers)
    kind = Body(
        type=fields.get(b"content-type"),
        encoding=fields.get(b"content-encoding"),
        size=len(raw) if raw is not None else tap.size if tap else 0,
    )
    if raw is not None and kind.size <= limit:
        return _kept(kind, raw, fields, limit) if raw else None
    if tap is not None:
        return replace(kind, omitted="streamed", sha256=tap.sha256) if tap.size else None
    return _omitted(kind, raw, "too-large") if raw else None


def _kept(kind: Body, raw: bytes, fields: Fields, limit: int) -> Body:
    try:
        content = decode(raw, kind.encoding, limit)
    except TooLargeError:
        return _omitted(kind, raw, "too-large")
    except CodingError:
        # Its secrets could not be seen, so it cannot be kept.
        return _omitted(kind, raw, "undecodable")
    media_type = _media_type(fields)
    is_json = "json" in media_type
    # JSON tells its encoding by its zero bytes (RFC 4627, section 3), whatever its sender says.
    text = _text(content, json.detect_encoding(content) if is_json else _charset(fields))
    if text is not None and content:
        # What only looks like JSON is found out, and kept as text, by the redactor.
        looks_so = text.lstrip("\ufeff \t\r\n")[:1] in {"{", "["}
        return replace(kind, json=text) if is_json or looks_so else replace(kind, text=text)
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
    for name in ("utf-8", charset):
        try:
            text = content.decode(name)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    return None


def _media_type(fields: Fields) -> str:
    return fields.get(b"content-type").partition(";")[0].strip().lower()


def _charset(fields: Fields) -> str:
    parsed = Message()
    parsed["content-type"] = fields.get(b"content-type").replace("\n", " ").replace("\r", " ")
    charset = str(parsed.get_content_charset("utf-8"))
    return charset if charset in _CHARSETS else "utf-8"
