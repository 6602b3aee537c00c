"""File names from untrusted text."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["safe_name"]

_RESERVED = re.compile(r"(?i)(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?")
_LONGEST_NAME = 120  # bytes; leaves room for a suffix, as file systems allow 255


def safe_name(text: str) -> str:
    """Return a file name for any text: one path component, visible, portable, at most 120 bytes of UTF-8.

    >>> safe_name("../../etc/passwd")
    'etc-passwd'
    """
    name = unicodedata.normalize("NFKC", text)
    name = "".join(c if c.isalnum() or c in "._-" else "-" for c in name)
    name = re.sub(r"[.-]*-[.-]*", "-", name)
    name = re.sub(r"\.+", ".", name).strip(".-_")
    name = name.encode()[:_LONGEST_NAME].decode(errors="ignore").rstrip(".-_")
    if not name:
        return "unnamed"
    if not _RESERVED.fullmatch(name):
        return name
    stem, dot, extension = name.partition(".")
    return f"{stem}_{dot}{extension}"
