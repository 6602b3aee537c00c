"""What the proxy tells of its traffic, as it came: nothing is decoded yet, and nothing redacted.

Plain data, so that it can go to another process. It holds secrets in clear: it goes
through memory only, and to nobody but the redactor.
"""

from __future__ import annotations

import msgspec

from tracer.capture.processes import Process

__all__ = ["Answered", "Asked", "Connected", "Content", "Disconnected", "Event", "RawFields", "Reply"]

RawFields = tuple[tuple[bytes, bytes], ...]
"""Header fields in the order they were sent."""


class Content(msgspec.Struct, frozen=True, array_like=True):
    """A message's content as it was sent.

    ``raw`` is None if there is no content or if it is not kept, as it is too long or ``streamed``
    through. ``size`` (bytes) and ``sha256`` describe content that is not kept; ``sha256`` is empty
    if the content was not seen.
    """

    raw: bytes | None = None
    streamed: bool = False
    size: int = 0
    sha256: str = ""


class Reply(msgspec.Struct, frozen=True, array_like=True):
    """A response."""

    status: int
    reason: bytes
    fields: RawFields
    content: Content


class Connected(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """A client's connection: the host it comes from, the proxy's port, and who holds it, where known."""

    connection: str
    peer: str
    port: int
    process: Process | None = None


class Asked(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """A request has begun; its content comes with its end. ``started`` is in seconds since the epoch."""

    flow: str
    connection: str
    method: bytes
    url: bytes
    http: bytes
    fields: RawFields
    started: float


class Answered(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """A request is complete, with its response or the ``error`` that came instead.

    ``ended`` is in seconds since the epoch, None where it is not known. If it is ``approximate``, the
    request may have ended before. ``closes`` tells that the connection ended with it.
    """

    flow: str
    ended: float | None
    content: Content
    reply: Reply | None
    error: bytes | None = None
    closes: bool = False
    approximate: bool = False


class Disconnected(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """A client's connection is gone."""

    connection: str


Event = Connected | Asked | Answered | Disconnected
