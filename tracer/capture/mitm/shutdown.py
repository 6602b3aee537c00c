"""The end of the proxy's listeners and of its open connections.

Services keep their connections open. When the proxy ends, each open connection is cancelled, and asyncio
on Python 3.11 prints a traceback for it.
"""

from __future__ import annotations

import asyncio
import contextlib

from mitmproxy.connection import ConnectionState

from tracer.capture.mitm.internals import handlers, servers

__all__ = ["hang_up", "stop_listening"]

_PATIENCE = 2.0
"""Maximum seconds to wait for the end of all connections."""

_POLL = 0.01


async def stop_listening() -> None:
    """Stop accepting connections. A late connection makes asyncio print a traceback too."""
    listening = servers()
    if listening is not None:
        await listening.update([])


async def hang_up() -> None:
    """Close every connection to the proxy, and wait for the end of its handler.

    The wait takes at most ``_PATIENCE`` seconds. A connection that was just accepted gets its handler a
    moment later. Therefore, return early only if no handler exists at two consecutive checks.
    """
    left = handlers()
    for handler in list(left.values()):
        # If mitmproxy lacks these attributes, here and below, only the tracebacks return.
        with contextlib.suppress(AttributeError, KeyError):
            if not handler.client.state & ConnectionState.CAN_READ:
                # The client has left, but its handler waits for a cloud that may never answer.
                handler.transports[handler.client].handler.cancel()
    free = False
    for _ in range(int(_PATIENCE / _POLL)):
        if not left and free:
            return
        free = not left
        for handler in list(left.values()):
            with contextlib.suppress(AttributeError, KeyError):  # the handler has lost its client already
                handler.transports[handler.client].writer.close()
        await asyncio.sleep(_POLL)
