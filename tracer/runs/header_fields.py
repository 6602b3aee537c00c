"""The header fields of a message, indexed by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Fields", "encoded", "media_type", "readable"]


class Fields:
    """Values of header fields by name. A look-up in mitmproxy's own headers scans all fields."""

    def __init__(self, raw: Iterable[tuple[bytes, bytes]]) -> None:
        self._values: dict[bytes, list[bytes]] = {}
        for name, value in raw:
            self._values.setdefault(name.lower(), []).append(value)

    def __contains__(self, name: bytes) -> bool:
        return name in self._values

    def get(self, name: bytes) -> str:
        """Return the values of the field ``name`` (lower case) joined with commas; empty if none."""
        return ", ".join(self.all(name))

    def all(self, name: bytes) -> list[str]:
        """Return the values of all fields ``name`` (lower case)."""
        return [readable(value) for value in self._values.get(name, ())]


def media_type(fields: Fields) -> str:
    """Return the Content-Type without its parameters, in lower case."""
    return fields.get(b"content-type").partition(";")[0].strip().lower()


def readable(value: bytes) -> str:
    """Decode the bytes of a header as UTF-8 if they are valid UTF-8, else as Latin-1."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def encoded(value: str) -> bytes:
    """Return the bytes that Python or mitmproxy has decoded with surrogate escapes (PEP 383)."""
    return value.encode("utf-8", "surrogateescape")
