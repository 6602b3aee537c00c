"""Larger reads while a body streams.

mitmproxy reads 64 KiB at a time, and passes each piece through all its layers: half of what
streaming costs. All that asyncio holds, which is up to 384 KiB, can go at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools

from mitmproxy import connection, ctx, http

__all__ = ["read_more_at_once"]

_MOST = 2**20


def read_more_at_once(flow: http.HTTPFlow, sender: connection.Connection) -> None:
    """From now on, of what ``sender``, a side of the flow, sends."""
    # How mitmproxy keeps its readers is its own affair: without them, it only takes longer.
    with contextlib.suppress(AttributeError, KeyError):
        handler = ctx.master.addons.get("proxyserver").connections[flow.client_conn.id]
        reader = handler.transports[sender].reader
        if isinstance(reader, asyncio.StreamReader):
            reader.read = functools.partial(_read, reader)  # type: ignore[method-assign]


async def _read(reader: asyncio.StreamReader, most: int) -> bytes:
    return await asyncio.StreamReader.read(reader, max(most, _MOST))
