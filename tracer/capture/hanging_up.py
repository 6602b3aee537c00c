"""Ends what would still come in, and the connections that are left, when the proxy ends.

Services keep theirs open. What is still open at the very end is cancelled, and asyncio on
Python 3.11 prints a traceback for each.
"""

from __future__ import annotations

import asyncio
import contextlib

from mitmproxy.connection import ConnectionState

from tracer.capture.internals import handlers, servers

__all__ = ["hang_up", "stop_listening"]

_PATIENCE = 2.0
"""Seconds that connections are given to end."""

_POLL = 0.01


async def stop_listening() -> None:
    """Take no further connections: one that is taken at the very end makes asyncio print a traceback, too."""
    listening = servers()
    if listening is not None:
        await listening.update([])


async def hang_up() -> None:
    """Close every connection to the proxy, and wait until its handler is through.

    A connection that was just accepted is handled a moment later, so none may be left twice in a row.
    """
    left = handlers()
    for handler in list(left.values()):
        # Without these parts of mitmproxy, here and below, the end is only less tidy.
        with contextlib.suppress(AttributeError, KeyError):
            if not handler.client.state & ConnectionState.CAN_READ:
                # The client has left, and its handler waits for a cloud that may never answer.
                handler.transports[handler.client].handler.cancel()
    free = False
    for _ in range(int(_PATIENCE / _POLL)):
        if not left and free:
            return
        free = not left
        for handler in list(left.values()):
            with contextlib.suppress(AttributeError, KeyError):  # it has lost its client already
                handler.transports[handler.client].writer.close()
        await asyncio.sleep(_POLL)
