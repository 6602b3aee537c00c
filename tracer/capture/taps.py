"""The tap that lets large content stream through, measured but not held."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

from tracer.capture.events import Content
from tracer.capture.fields import Fields, media_type

if TYPE_CHECKING:
    from mitmproxy import http

__all__ = ["Tap", "announced", "tapped"]

Stream = Callable[[bytes], bytes | Iterable[bytes]]

_BATCH = 2**22
"""Bytes that are hashed at a time: in a thread, as the traffic goes on meanwhile.

With less, both threads wait more often for each other; up to three times as much is held for a message.
"""


class Tap:
    """What mitmproxy calls for each chunk of a streamed body: hands it on unchanged, and measures it.

    ``keep`` is how many bytes are kept of a body that is no longer. ``before`` is what another addon
    has called for each chunk: what that makes of it is measured and handed on. ``used`` tells whether
    the body came through here.
    """

    def __init__(self, keep: int, before: Stream | None = None) -> None:
        self.used = False
        self._before = before
        self._size = 0
        self._keep = keep
        self._kept: bytearray | None = bytearray()
        self._hash = hashlib.sha256()
        self._batch: list[bytes] = []
        self._hashed = 0
        self._hashing: Future[None] | None = None

    def __call__(self, chunk: bytes) -> bytes | Iterable[bytes]:
        """Measure a chunk; the last one is empty."""
        self.used = True
        if self._before is None:
            self._measure(chunk)
            return chunk
        made = self._before(chunk)
        if isinstance(made, bytes):
            self._measure(made)
            return made
        chunks = [*made]
        for one in chunks:
            self._measure(one)
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


def tapped(message: http.Message, limit: int) -> Tap | None:
    """The tap through which the body of ``message`` streams from now on; None where it is held.

    Held is what is announced as small. What is of unknown length streams, and is kept as
    long as it turns out to be small; so is what streams by an option of mitmproxy's, or because
    another addon wants it to. An image's bytes are never kept.
    """
    keep = _streamed(Fields(message.headers.fields), message, limit)
    if keep is None and not message.stream:
        return None
    tap = Tap(limit if keep is None else keep, message.stream if callable(message.stream) else None)
    message.stream = tap
    return tap


def announced(fields: Fields) -> int | None:
    """The length of the body in bytes, where the message says it."""
    length = fields.get(b"content-length")
    return int(length) if length.isascii() and length.isdigit() else None


def _streamed(fields: Fields, message: http.Message, limit: int) -> int | None:
    """None where the body can be held; else how many bytes of it the tap is to keep."""
    if media_type(fields) == "application/octet-stream":
        return 0
    length = announced(fields)
    if length is not None:
        return 0 if length > limit else None
    open_ended = message.is_http2 or message.is_http3 or not hasattr(message, "method")
    return limit if open_ended or b"transfer-encoding" in fields else None
