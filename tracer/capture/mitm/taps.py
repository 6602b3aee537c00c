"""Taps that measure bodies while they stream through the proxy.

A body streams if its announced length exceeds the limit, or if its length is unknown and it is
binary (an image). mitmproxy stores any other body in memory, as it does without the addon, so that
other addons can read and change the body.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor

from mitmproxy import http

from tracer.runs.events import Content
from tracer.runs.header_fields import Fields, media_type

__all__ = ["Tap", "announced", "is_binary", "tap_request", "tap_response"]

Stream = Callable[[bytes], bytes | Iterable[bytes]]

_BATCH = 2**22
"""Bytes that are hashed at a time. A thread computes the hash while the traffic continues.

With smaller batches, the threads wait for each other more often. A message needs memory for up to three
batches.
"""


class Tap:
    """A stream callable for mitmproxy that passes each chunk on unchanged and measures it.

    A body of at most ``keep`` bytes is stored. ``before`` is the stream callable of another addon:
    its output is measured and passed on. ``used`` is True after the first chunk.

    An unused tap is false once the flow ``unanswered`` has a response: mitmproxy cannot stream a request
    that an addon has answered, and would close the connection.
    """

    def __init__(
        self, keep: int, before: Stream | None = None, unanswered: http.HTTPFlow | None = None
    ) -> None:
        self.used = False
        self._before = before
        self._unanswered = unanswered
        self._size = 0
        self._keep = keep
        self._kept: bytearray | None = bytearray()
        self._hash = hashlib.sha256()
        self._batch: list[bytes] = []
        self._hashed = 0
        self._hashing: Future[None] | None = None

    def __bool__(self) -> bool:
        return self.used or self._unanswered is None or self._unanswered.response is None

    def __call__(self, chunk: bytes) -> bytes | Iterable[bytes]:
        """Measure a chunk and pass it on. The last chunk is empty."""
        self.used = True
        if self._before is None:
            self._measure(chunk)
            return chunk
        changed = self._before(chunk)
        if isinstance(changed, bytes):
            self._measure(changed)
            return changed
        chunks = [*changed]
        for part in chunks:
            self._measure(part)
        return chunks

    def _measure(self, chunk: bytes) -> None:
        self._size += len(chunk)
        self._batch.append(chunk)
        if self._size - self._hashed >= _BATCH:
            batch, self._batch, self._hashed = self._batch, [], self._size
            self._wait()
            self._hashing = _hasher().submit(self._update, batch)
        if self._kept is not None:
            if self._size <= self._keep:
                self._kept += chunk
            else:
                self._kept = None

    def content(self) -> Content:
        """Return the body if it has at most ``keep`` bytes, else its size and SHA-256."""
        if self._kept is not None:
            return Content(bytes(self._kept), True, self._size)
        self._wait()
        batch, self._batch = self._batch, []
        self._update(batch)
        return Content(None, True, self._size, self._hash.hexdigest())

    def _update(self, batch: list[bytes]) -> None:
        self._hash.update(b"".join(batch))

    def _wait(self) -> None:
        """Wait for the hash of the previous batch, so that few batches are in memory."""
        if self._hashing is not None:
            self._hashing.result()


@functools.cache
def _hasher() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="tracer-hash")


def tap_request(flow: http.HTTPFlow, limit: int, *, late: bool = False) -> Tap | None:
    """Install a tap if the request's body streams. Return the tap, None if mitmproxy stores the body.

    With ``late``, mitmproxy may decide to stream the body after it has received a part (option
    ``stream_large_bodies``). The tap is used from then on.
    """
    return _tap(flow.request, limit, flow, late=late)


def tap_response(flow: http.HTTPFlow, limit: int, *, late: bool = False) -> Tap | None:
    """Install a tap if the response's body streams, as ``tap_request`` does for a request."""
    response = flow.response
    assert response is not None
    # RFC 9110, section 6.4.1: these responses have no body, even if they announce a length.
    if flow.request.method == "HEAD" or response.status_code < 200 or response.status_code in {204, 304}:
        return None
    return _tap(response, limit, late=late)


def _tap(
    message: http.Message, limit: int, unanswered: http.HTTPFlow | None = None, *, late: bool
) -> Tap | None:
    if message.raw_content is not None:
        # An addon has created the message, or the message is replayed: nothing streams.
        return None
    fields = Fields(message.headers.fields)
    streamed = _streams(fields, limit)
    late = late and announced(fields) is None
    if not (streamed or message.stream or late):
        return None
    keep = 0 if streamed or is_binary(fields) else limit
    tap = Tap(keep, message.stream if callable(message.stream) else None, unanswered)
    if streamed or message.stream:
        message.stream = tap
    else:
        _tap_late(message, tap)
    return tap


class _TappedLate:
    """A message that uses its tap as soon as mitmproxy decides to stream the message."""

    _tap: Tap | None = None

    @property
    def stream(self) -> Stream | bool:
        stream: Stream | bool = vars(self).get("stream", False)
        return stream

    @stream.setter
    def stream(self, stream: Stream | bool) -> None:
        vars(self)["stream"] = self._tap if stream is True and self._tap is not None else stream


class _RequestTappedLate(_TappedLate, http.Request):
    pass


class _ResponseTappedLate(_TappedLate, http.Response):
    pass


def _tap_late(message: http.Message, tap: Tap) -> None:
    # mitmproxy calls no hook for this decision. It only sets the attribute ``stream``.
    tapped = _RequestTappedLate if isinstance(message, http.Request) else _ResponseTappedLate
    message.__class__ = tapped
    vars(message)["_tap"] = tap


def announced(fields: Fields) -> int | None:
    """Return the length of the body in bytes, None if it is not announced (RFC 9112, section 6.3)."""
    length = fields.get(b"content-length")
    if b"transfer-encoding" in fields or not (length.isascii() and length.isdigit()):
        return None
    return int(length)


def is_binary(fields: Fields) -> bool:
    """Return whether the body is binary data, such as an image, which a recording does not show."""
    return media_type(fields) == "application/octet-stream"


def _streams(fields: Fields, limit: int) -> bool:
    length = announced(fields)
    return is_binary(fields) if length is None else length > limit
