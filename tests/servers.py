"""HTTP servers on this machine for single tests."""

from __future__ import annotations

import contextlib
import functools
import http.server
import random
import socket
import threading
from typing import TYPE_CHECKING

from tracer.urls import bracketed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

__all__ = ["free_ports", "serving", "serving_folder"]

_UNPRIVILEGED = range(10_000, 32_000)
"""Ports below those that Linux gives to connections, and to servers that ask for any port."""


def free_ports(count: int) -> list[int]:
    """Return ports for servers that take a number. No other program takes them meanwhile by chance."""
    free: list[int] = []
    for port in random.sample(_UNPRIVILEGED, len(_UNPRIVILEGED)):
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            free.append(port)
        if len(free) == count:
            break
    return free


class _Server6(http.server.ThreadingHTTPServer):
    address_family = socket.AF_INET6


@contextlib.contextmanager
def serving(
    handler: Callable[..., http.server.BaseHTTPRequestHandler], host: str = "127.0.0.1"
) -> Iterator[str]:
    """Serve with ``handler`` on a free port until the end of the block. Yield the URL without a slash."""
    kind = _Server6 if ":" in host else http.server.ThreadingHTTPServer
    with kind((host, 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://{bracketed(host)}:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@contextlib.contextmanager
def serving_folder(folder: Path) -> Iterator[str]:
    """Serve the files of a folder until the end of the block. Yield the URL with a slash."""
    with serving(functools.partial(_QuietHandler, directory=str(folder))) as url:
        yield f"{url}/"


class _QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass
