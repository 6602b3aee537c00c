"""The header fields of a mitmproxy message, read once for all that is to be known of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mitmproxy import http

__all__ = ["Fields", "readable"]


class Fields:
    """Values by name. Each look-up in mitmproxy's own headers goes through all of them."""

    def __init__(self, headers: http.Headers) -> None:
        self._values: dict[bytes, list[bytes]] = {}
        for name, value in headers.fields:
            self._values.setdefault(name.lower(), []).append(value)

    def __contains__(self, name: bytes) -> bool:
        return name in self._values

    def get(self, name: bytes) -> str:
        """The value of the field ``name`` (in lower case): several in a row, empty where there is none."""
        return ", ".join(self.all(name))

    def all(self, name: bytes) -> list[str]:
        """The values of all fields ``name`` (in lower case)."""
        return [readable(value) for value in self._values.get(name, ())]


def readable(value: str | bytes) -> str:
    """Header text as it can be written down: UTF-8 where it is that, else one character a byte."""
    if isinstance(value, str):
        value = value.encode("utf-8", "surrogateescape")
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")
