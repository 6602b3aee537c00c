"""Through which ports the services of a cloud send, for as long as somebody traces the cloud.

A service that is started with a proxy is cut off from the others when that one ends: it could
validate no token. So services are started without one. Who traces a cloud names a port for each
service in a file, and holds a lock that ends with him, however he ends. A service looks there before
each request that it sends (``outgoing.py``), and sends it through the port, or direct.

One recording goes first, for as long as it lasts; else the cloud's own tracer, if it has one.
"""

from __future__ import annotations

import fcntl
import os
import socket
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Literal

import msgspec

from tracer import output
from tracer.cloud.cache import Progress, locked, private_folder

__all__ = ["CLIENT", "FOLDER", "Kind", "ports", "taken"]

FOLDER = "tracing"
CLIENT = "client"
"""The name of the port that clients send through."""

Kind = Literal["recording", "standing"]
"""As ``outgoing.py`` knows them."""


@contextmanager
def taken(
    home: Path, kind: Kind, names: Sequence[str], host: str, progress: Progress
) -> Iterator[dict[str, socket.socket]]:
    """Trace the cloud at ``home``: a listening socket for each of ``names``, services or CLIENT.

    Waits while another one of that kind does. Raises CloudError.
    """
    folder = private_folder(home / FOLDER)
    waiting = f"waiting for another {kind} of this cloud to end"
    with ExitStack() as stack:
        stack.enter_context(locked(folder, kind, lambda _: progress(waiting)))
        path = folder / f"{kind}.json"
        before = _read(path)
        opened = {name: stack.enter_context(_listen(host, before.get(name, 0))) for name in names}
        output.write_private(path, msgspec.json.encode({name: _port(one) for name, one in opened.items()}))
        # The file stays, for the next one to take the same ports: a service keeps its connections by port.
        yield opened


def ports(home: Path, kind: Kind) -> dict[str, int]:
    """The ports by name, where somebody traces the cloud at ``home`` now; else nothing."""
    folder = home / FOLDER
    with suppress(OSError):
        lock = os.open(folder / "locks" / kind, os.O_RDONLY)
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return _read(folder / f"{kind}.json")
        finally:
            os.close(lock)
    return {}


def _read(path: Path) -> dict[str, int]:
    with suppress(OSError, msgspec.DecodeError):
        return msgspec.json.decode(path.read_bytes(), type=dict[str, int])
    return {}


def _listen(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), backlog=128)
    except OSError:
        return socket.create_server((host, 0), backlog=128)


def _port(listening: socket.socket) -> int:
    return int(listening.getsockname()[1])
