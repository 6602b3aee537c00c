"""The tap that lets large content stream through, measured but not held."""

from __future__ import annotations

import functools
import hashlib
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

from tracer.capture.events import Content
from tracer.capture.fields import Fields, media_type

if TYPE_CHECKING:
    from mitmproxy import http

__all__ = ["Tap", "wants_stream"]

_BATCH = 2**22
"""Bytes that are hashed at a time: in a thread, as the traffic goes on meanwhile.

With less, both threads wait more often for each other; up to three times as much is held for a message.
"""


class Tap:
    """What mitmproxy calls for each chunk of a streamed body: hands it on unchanged, and measures it."""

    def __init__(self, keep: int) -> None:
        self._size = 0
        self._keep = keep
        self._kept: bytearray | None = bytearray()
        self._hash = hashlib.sha256()
        self._batch: list[bytes] = []
        self._hashed = 0
        self._hashing: Future[None] | None = None

    def __call__(self, chunk: bytes) -> bytes:
        """Measure a chunk; the last one is empty."""
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
        return chunk

    def content(self) -> Content:
        """What passed: all of it where it was little enough, else its size and what it hashes to."""
        if self._kept is not None:
            return Content(bytes(self._kept), True, self._size)
        self._wait()
        batch, self._batch = self._batch, []
        self._update(batch)
        return Content(None, True, self._size, self._hash.hexdigest())

    def _update(self, batch: list[bytes]) -> None:
        self._hash.update(b"".join(batch))

    def _wait(self) -> None:
        """At most one batch is being hashed, so that little is held."""
        if self._hashing is not None:
            self._hashing.result()


@functools.cache
def _hasher() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="tracer-hash")


def wants_stream(message: http.Message, limit: int) -> int | None:
    """None where the body can be held; else how many bytes of it the tap is to keep.

    Held is what is announced as small. What is of unknown length streams, and is kept as
    long as it turns out to be small. An image's bytes are never kept.
    """
    fields = Fields(message.headers.fields)
    if media_type(fields) == "application/octet-stream":
        return 0
    length = fields.get(b"content-length")
    if length.isascii() and length.isdigit():
        return 0 if int(length) > limit else None
    open_ended = message.is_http2 or message.is_http3 or not hasattr(message, "method")
    return limit if open_ended or b"transfer-encoding" in fields else None
