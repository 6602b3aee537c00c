"""Content codings are taken off, and never more than the limit is decoded."""

from __future__ import annotations

import gzip
import zlib
from typing import TYPE_CHECKING

import brotli
import pytest
import zstandard

from tracer.runs.content_codings import CodingError, TooLargeError, decode

if TYPE_CHECKING:
    from collections.abc import Callable

CONTENT = bytes(range(256)) * 4


def _raw_deflate(data: bytes) -> bytes:
    return zlib.compress(data, wbits=-zlib.MAX_WBITS)


def _two_members(data: bytes) -> bytes:
    half = len(data) // 2
    return gzip.compress(data[:half]) + gzip.compress(data[half:])


def _two_frames(data: bytes) -> bytes:
    half = len(data) // 2
    return b"".join(map(zstandard.ZstdCompressor().compress, (data[:half], data[half:])))


CODINGS: list[tuple[str, Callable[[bytes], bytes]]] = [
    ("gzip", gzip.compress),
    ("x-gzip", gzip.compress),
    ("GZIP", _two_members),
    ("deflate", zlib.compress),
    ("deflate", _raw_deflate),
    ("br", brotli.compress),
    ("zstd", zstandard.ZstdCompressor().compress),
    ("zstd", _two_frames),
]


@pytest.mark.parametrize(("coding", "encode"), CODINGS)
def test_a_coding_is_taken_off_within_the_limit(coding: str, encode: Callable[[bytes], bytes]) -> None:
    sent = encode(CONTENT)
    assert decode(sent, coding, len(CONTENT)) == CONTENT
    with pytest.raises(TooLargeError):
        decode(sent, coding, len(CONTENT) - 1)


def test_codings_come_off_in_reverse_order() -> None:
    assert decode(brotli.compress(gzip.compress(CONTENT)), "gzip, identity, br", 4096) == CONTENT


@pytest.mark.parametrize(("coding", "encode"), CODINGS)
def test_a_torn_body_is_none_of_its_coding(coding: str, encode: Callable[[bytes], bytes]) -> None:
    with pytest.raises(CodingError):
        decode(encode(CONTENT)[:-1], coding, 4096)


def test_frames_without_end_are_no_content() -> None:
    frame = zstandard.ZstdCompressor().compress(b"")
    assert decode(frame * 999, "zstd", 4096) == b""
    with pytest.raises(CodingError):
        decode(frame * 100_000, "zstd", 4096)


@pytest.mark.parametrize("coding", ["compress", "gzip, x", "aws-chunked"])
def test_a_coding_that_is_not_known_is_named(coding: str) -> None:
    with pytest.raises(CodingError):
        decode(gzip.compress(CONTENT), coding, 4096)
