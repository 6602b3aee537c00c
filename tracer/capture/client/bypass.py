"""Detection of a client that does not use the proxy, while the client runs."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["SILENCE", "watch_for_bypass"]

SILENCE = 10.0
"""Seconds without a connection to the proxy before a warning. A command takes 2 to 4 s to start."""

_POLL = 1.0

_CONNECTED = {psutil.CONN_ESTABLISHED, psutil.CONN_SYN_SENT, psutil.CONN_CLOSE_WAIT}

_REMEDY = "check that the command sets no no_proxy and no proxy of its own"


async def watch_for_bypass(
    pid: int,
    proxy: tuple[str, int],
    reached: Callable[[], bool],
    warn: Callable[[str], None],
    silence: float = SILENCE,
) -> None:
    """Warn once if the process ``pid`` connects to a server without the ``proxy``.

    Also warn if the process has not ``reached`` the proxy after ``silence`` seconds. Return after the
    warning, or as soon as the process has reached the proxy.
    """
    deadline = time.monotonic() + silence
    while not reached():
        address = await asyncio.to_thread(_direct_connection, pid, proxy)
        if reached():
            return
        if address:
            warn(f"the command talks to {address} without the proxy: {_REMEDY}")
            return
        if time.monotonic() >= deadline:
            warn(f"nothing has come through the proxy for {silence:.0f} s: if this goes on, {_REMEDY}")
            return
        await asyncio.sleep(min(_POLL, silence))


def _direct_connection(pid: int, proxy: tuple[str, int]) -> str:
    """Return the remote address of a TCP connection of the process or its descendants; empty if none.

    Connections to ``proxy`` are skipped, also those that it has not accepted yet.
    """
    try:
        process = psutil.Process(pid)
        family = [process, *process.children(recursive=True)]
        for member in family:
            for connection in member.net_connections("tcp"):
                remote = connection.raddr
                if connection.status in _CONNECTED and remote and tuple(remote) != proxy:
                    return f"{remote.ip}:{remote.port}"
    except psutil.Error:
        pass
    return ""
