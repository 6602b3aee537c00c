"""Byte order marks: the encoding of a text by its first bytes (The Unicode Standard, section 23.8)."""

from __future__ import annotations

import codecs

__all__ = ["encoding_by_mark"]

# The mark of UTF-32 begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def encoding_by_mark(data: bytes) -> str:
    """Return the encoding that the byte order mark stands for, empty for UTF-8 and without a mark."""
    return next((encoding for mark, encoding in _MARKS if data.startswith(mark)), "")
