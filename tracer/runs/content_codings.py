"""Decoders of content codings (RFC 9110, section 8.4.1), with bounded memory."""

from __future__ import annotations

import zlib
from io import BytesIO
from typing import TYPE_CHECKING

import brotli
import zstandard

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["CodingError", "TooLargeError", "decode"]


_MOST_FRAMES = 1000
"""Maximum number of zstd frames in a body, as the check copies the rest of the body for each frame."""


class CodingError(Exception):
    """An unknown content coding, or bytes that are invalid in their coding."""


class TooLargeError(Exception):
    """Decoded content over the limit."""


def decode(data: bytes, coding: str, limit: int) -> bytes:
    """Return the decoded content of ``data``, at most ``limit`` bytes.

    ``coding`` is the value of the Content-Encoding field, a list of codings in the order of encoding.
    Raises CodingError for an unknown coding or invalid bytes, and TooLargeError above ``limit``.
    """
    for name in reversed([part.strip().lower() for part in coding.split(",")]):
        if name in {"", "identity"}:
            continue
        decoder = _DECODERS.get(name)
        if decoder is None:
            raise CodingError(name)
        try:
            data = decoder(data, limit)
        except (zlib.error, brotli.error, zstandard.ZstdError, EOFError) as error:
            raise CodingError(name) from error
    return data


def _inflate(data: bytes, limit: int, window: int) -> bytes:
    return _member(data, limit, window)[0]


def _member(data: bytes, limit: int, window: int) -> tuple[bytes, bytes]:
    decoder = zlib.decompressobj(window)
    decoded = decoder.decompress(data, limit + 1)
    if len(decoded) > limit:
        raise TooLargeError
    if not decoder.eof:
        raise EOFError
    return decoded, decoder.unused_data


def _gzip(data: bytes, limit: int) -> bytes:
    # RFC 1952, section 2.2: gzip data is a series of members.
    decoded = bytearray()
    while data:
        member, data = _member(data, limit - len(decoded), 16 + zlib.MAX_WBITS)
        decoded += member
    return bytes(decoded)


def _deflate(data: bytes, limit: int) -> bytes:
    try:
        return _inflate(data, limit, zlib.MAX_WBITS)
    except zlib.error:
        # Many senders omit the zlib wrapper that RFC 9110 requires.
        return _inflate(data, limit, -zlib.MAX_WBITS)


def _brotli(data: bytes, limit: int) -> bytes:
    decoder = brotli.Decompressor()
    decoded = bytearray()
    for start in range(0, len(data), 1024):
        decoded += decoder.process(data[start : start + 1024])
        if len(decoded) > limit:
            raise TooLargeError
    if not decoder.is_finished():
        raise EOFError
    return bytes(decoded)


def _zstd(data: bytes, limit: int) -> bytes:
    decoder = zstandard.ZstdDecompressor(max_window_size=2**27)
    with decoder.stream_reader(BytesIO(data), read_across_frames=True) as reader:
        decoded = reader.read(limit + 1)
    if len(decoded) > limit:
        raise TooLargeError
    # A reader does not check that the last frame is complete (RFC 8878, section 3.1.1).
    for _ in range(_MOST_FRAMES):
        if not data:
            return decoded
        frame = decoder.decompressobj()
        frame.decompress(data)
        if not frame.eof:
            break
        data = frame.unused_data
    raise EOFError


_DECODERS: dict[str, Callable[[bytes, int], bytes]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
}
