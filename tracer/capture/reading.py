"""Larger reads while a body streams.

mitmproxy reads 64 KiB at a time, and passes each piece through all its layers: half of what
streaming costs. All that asyncio holds, which is up to 384 KiB, can go at once.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from tracer.capture.internals import reader
from tracer.capture.patching import Removal, is_patched, patch

if TYPE_CHECKING:
    from mitmproxy import connection, http

__all__ = ["read_more_at_once"]

_MOST = 2**20


def read_more_at_once(flow: http.HTTPFlow, sender: connection.Connection) -> Removal | None:
    """Read larger pieces of what ``sender``, a side of the flow, sends.

    Return a function that ends it, None if the pieces stay as they are.
    """
    stream = reader(flow, sender)
    # A flow that shares the connection may have done so. Patches that overlap would pile up.
    if stream is None or is_patched(stream, "read"):
        return None
    return patch(stream, "read", _read)


async def _read(before: Callable[[int], Awaitable[bytes]], most: int) -> bytes:
    return await before(max(most, _MOST))
