"""The header fields of a message, read once for all that is to be known of them."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["Fields", "encoded", "media_type", "readable"]


class Fields:
    """Values by name. Each look-up in mitmproxy's own headers goes through all of them."""

    def __init__(self, raw: Iterable[tuple[bytes, bytes]]) -> None:
        self._values: dict[bytes, list[bytes]] = {}
        for name, value in raw:
            self._values.setdefault(name.lower(), []).append(value)

    def __contains__(self, name: bytes) -> bool:
        return name in self._values

    def get(self, name: bytes) -> str:
        """The value of the field ``name`` (in lower case): several in a row, empty where there is none."""
        return ", ".join(self.all(name))

    def all(self, name: bytes) -> list[str]:
        """The values of all fields ``name`` (in lower case)."""
        return [readable(value) for value in self._values.get(name, ())]


def media_type(fields: Fields) -> str:
    """The Content-Type without its parameters, in lower case."""
    return fields.get(b"content-type").partition(";")[0].strip().lower()


def readable(value: bytes) -> str:
    """Header text as it can be written down: UTF-8 where it is that, else one character a byte."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def encoded(value: str) -> bytes:
    """The bytes that Python, or mitmproxy, has made a text of (PEP 383)."""
    return value.encode("utf-8", "surrogateescape")
