"""The ports of the proxies for the services of a traced cloud.

Services start without a proxy, as a service with a proxy could not validate tokens after the end of the
proxy. A process that traces a cloud writes a file with a port for each service, and holds a lock that the
system releases at the end of the process. A service reads the file before each request (``outgoing.py``),
and sends the request through the port, or direct.

A recording has priority over the cloud's own tracer.
"""

from __future__ import annotations

import fcntl
import os
import socket
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, Literal

import msgspec

from tracer import storage
from tracer.cloud.cache import Progress, locked, private_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

__all__ = ["CLIENT", "FOLDER", "Kind", "ports", "taken"]

FOLDER = "tracing"
CLIENT = "client"
"""The name of the port for clients."""

Kind = Literal["recording", "standing"]
"""The kinds of tracer, as in ``outgoing.py``."""


@contextmanager
def taken(
    home: Path, kind: Kind, names: Sequence[str], host: str, progress: Progress
) -> Iterator[dict[str, socket.socket]]:
    """Trace the cloud at ``home``. Yield a listening socket for each of ``names``, services or ``CLIENT``.

    Waits for the end of another tracer of the same kind. Raises CloudError if a folder cannot be created.
    """
    folder = private_folder(home / FOLDER)
    waiting = f"waiting for another {kind} of this cloud to end"
    with ExitStack() as stack:
        stack.enter_context(locked(folder, kind, lambda _: progress(waiting)))
        path = folder / f"{kind}.json"
        before = _read(path)
        opened = {name: stack.enter_context(_listen(host, before.get(name, 0))) for name in names}
        storage.write_private(
            path, msgspec.json.encode({name: _port(listener) for name, listener in opened.items()})
        )
        # The file stays, so that the next tracer uses the same ports. Services reuse connections by port.
        yield opened


def ports(home: Path, kind: Kind) -> dict[str, int]:
    """Return the ports by name while a process traces the cloud at ``home``, else an empty dict."""
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
