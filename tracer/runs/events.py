"""Events of the proxy's traffic, not decoded and not redacted.

Events are plain data, so that they can be sent to another process. Events contain secrets in clear
text: they stay in memory, and only the redactor may read them.
"""

from __future__ import annotations

import msgspec

from tracer.runs.client_process import ClientProcess

__all__ = [
    "Connected",
    "Content",
    "Disconnected",
    "Event",
    "ExchangeCompleted",
    "RawFields",
    "RawResponse",
    "RequestStarted",
]

RawFields = tuple[tuple[bytes, bytes], ...]
"""Header fields in the order of the message."""


class Content(msgspec.Struct, frozen=True, array_like=True):
    """The content of a message, still encoded.

    ``raw`` is None if there is no content, or if the content is omitted because it is too long or
    ``streamed``. ``size`` (bytes) and ``sha256`` describe omitted content; ``sha256`` is empty if the
    proxy did not see the content.
    """

    raw: bytes | None = None
    streamed: bool = False
    size: int = 0
    sha256: str = ""


class RawResponse(msgspec.Struct, frozen=True, array_like=True):
    """A response."""

    status: int
    reason: bytes
    fields: RawFields
    content: Content


class Connected(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """A new connection of a client: the client's address, the proxy's port, the client's process if known."""

    connection: str
    peer: str
    port: int
    process: ClientProcess | None = None


class RequestStarted(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """The beginning of a request, without its content. ``started`` is in seconds since the epoch."""

    flow: str
    connection: str
    method: bytes
    url: bytes
    http: bytes
    fields: RawFields
    started: float


class ExchangeCompleted(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """The end of an exchange: the content of the request, and the response or an ``error``.

    ``ended`` is in seconds since the epoch, None if unknown. If ``ended`` is ``approximate``, the exchange
    may have ended earlier. ``closes`` is set if the connection ended with the exchange.
    """

    flow: str
    ended: float | None
    content: Content
    response: RawResponse | None
    error: bytes | None = None
    closes: bool = False
    approximate: bool = False


class Disconnected(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """The end of a client's connection."""

    connection: str


Event = Connected | RequestStarted | ExchangeCompleted | Disconnected
