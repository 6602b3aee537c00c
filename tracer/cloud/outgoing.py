"""Which proxy, if any, each outgoing HTTP request of a service passes through.

The decision is taken for every request, at the last moment, on the connection that sends it. A
service works in the background too, and a variable such as ``http_proxy`` would outlast the proxy:
it counts for the whole process, and some libraries read it once (urllib's opener).

requests, keystoneauth, urllib3, urllib and httplib2 all send through ``http.client``. Only http: what
a service asks over TLS is not for a proxy's CA. This module runs in the environment of a service,
which has no tracer: it imports nothing of ours.
"""

from __future__ import annotations

import contextlib
import fcntl
import http.client
import json
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

HOST = "127.0.0.1"
KINDS = ("recording", "standing")
"""Kinds of tracer, by priority (``tracing.py``)."""

# Connections of any other class choose where they lead: to a Unix socket, or to an address that was checked.
_TCP = frozenset({"eventlet", "http", "httplib2", "urllib3"})
_ROUTE = "_tracer_route"


class Proxy(NamedTuple):
    """A proxy on a port of this machine. ``started`` tells it from an earlier one on the same port."""

    port: int
    started: int


def current(folder: str, name: str) -> Proxy | None:
    """Return the proxy that the service ``name`` is to use now, None where nobody traces the cloud."""
    return next(filter(None, (_proxy(folder, kind, name) for kind in KINDS)), None)


def install(choose: Callable[[], Proxy | None]) -> Callable[[], None]:
    """Send each request through the proxy that ``choose`` gives. Return a function that ends that."""
    original = http.client.HTTPConnection.putrequest

    def putrequest(
        connection: http.client.HTTPConnection, method: str, url: str, *args: Any, **options: Any
    ) -> None:
        if url.startswith("/") and _is_plain(connection):
            url = _routed(connection, url, choose())
        original(connection, method, url, *args, **options)

    http.client.HTTPConnection.putrequest = putrequest  # type: ignore[assignment,method-assign]

    def remove() -> None:
        http.client.HTTPConnection.putrequest = original  # type: ignore[method-assign]

    return remove


def _proxy(folder: str, kind: str, name: str) -> Proxy | None:
    # A tracer that was killed has left its file behind, but not its lock.
    with contextlib.suppress(OSError, ValueError, TypeError, AttributeError):
        lock = os.open(f"{folder}/locks/{kind}", os.O_RDONLY)
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            note = Path(folder, f"{kind}.json")
            port = int(json.loads(note.read_bytes()).get(name, 0))
            return Proxy(port, note.stat().st_mtime_ns) if port else None
        finally:
            os.close(lock)
    return None


def _is_plain(connection: Any) -> bool:
    if connection.default_port != http.client.HTTP_PORT or connection._tunnel_host:
        return False
    return type(connection).connect.__module__.partition(".")[0] in _TCP


def _routed(connection: Any, url: str, proxy: Proxy | None) -> str:
    """Connect to ``proxy``, or to nothing yet, where the connection leads elsewhere; return the target."""
    if connection.sock is not None and _route(connection) != proxy:
        # Not the method of a subclass, which forgets about the request that is being sent.
        http.client.HTTPConnection.close(connection)
    if proxy and connection.sock is None:
        # A proxy that has just ended refuses: nothing was sent yet, so the request goes direct.
        with contextlib.suppress(OSError):
            opened = socket.create_connection((HOST, proxy.port), connection.timeout)
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.sock = opened
            setattr(connection, _ROUTE, (opened, proxy))
    if _route(connection) is None:
        return url
    return f"http://{_authority(connection)}{url}"


def _authority(connection: Any) -> str:
    host = connection.host
    if ":" in host:  # the "%" of an IPv6 zone is encoded in a URL (RFC 6874)
        host = f"[{host.replace('%25', '%').replace('%', '%25')}]"
    return host if connection.port == connection.default_port else f"{host}:{connection.port}"


def _route(connection: Any) -> Proxy | None:
    """Return the proxy that the open socket of ``connection`` leads to."""
    sock, proxy = getattr(connection, _ROUTE, (None, None))
    return proxy if sock is not None and sock is connection.sock else None
