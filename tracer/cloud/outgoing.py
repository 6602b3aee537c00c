"""The choice of a proxy for each outgoing HTTP request of a service.

The choice is made for every request, just before the connection sends it. A variable such as
``http_proxy`` does not work: it applies to the whole process, some libraries read it only once
(urllib's opener), and background requests of the service would use it after the end of the proxy.

requests, keystoneauth, urllib3, urllib and httplib2 all send through ``http.client``. Requests over TLS
use no proxy, as services do not trust its CA. This module runs in the environment of a service, which
has no tracer, so it imports nothing of tracer.
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

# Packages whose connections use TCP. Other classes choose their target: a Unix socket, a checked address.
_TCP = frozenset({"eventlet", "http", "httplib2", "urllib3"})
_ROUTE = "_tracer_route"


class Proxy(NamedTuple):
    """A proxy on a port of this machine. An earlier proxy on the same port has another ``started``."""

    port: int
    started: int


def current(folder: str, name: str) -> Proxy | None:
    """Return the current proxy for the service ``name``, or None if the cloud is not traced."""
    return next(filter(None, (_proxy(folder, kind, name) for kind in KINDS)), None)


def install(choose: Callable[[], Proxy | None]) -> Callable[[], None]:
    """Send each request through the proxy that ``choose`` returns. Return a function that undoes this."""
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
    # A killed tracer leaves its file behind, but the system releases its lock.
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
    """Close a connection that does not lead to ``proxy``, and connect to ``proxy``, if any.

    Return the request target: with a proxy an absolute URL, else ``url``.
    """
    if connection.sock is not None and _route(connection) != proxy:
        # The method of a subclass would also discard the request in progress.
        http.client.HTTPConnection.close(connection)
    if proxy and connection.sock is None:
        # A proxy that has just ended refuses the connection. The request is not sent yet, so it goes direct.
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
    """Return the proxy that the open socket of ``connection`` leads to, or None."""
    sock, proxy = getattr(connection, _ROUTE, (None, None))
    return proxy if sock is not None and sock is connection.sock else None
