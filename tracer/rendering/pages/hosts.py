"""The host of published pages in place of the loopback addresses of a recorded cloud.

A recording of a cloud on the author's machine has addresses such as ``http://127.0.0.1:42039/identity``.
Readers expect ``http://controller/identity``. The port of a service at a path, as of a devstack, is dropped.
The port of a service at the root of a host distinguishes the service, and stays: ``http://controller:9292``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from tracer.errors import InputError
from tracer.sequences import well_known
from tracer.urls import origin

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tracer.model import Exchange

__all__ = ["PublicHost", "mounted_ports", "public_host", "replacement"]

_GIVEN = re.compile(
    r"(?:(?P<scheme>https?)://)?(?P<host>[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])"
    r"(?::(?P<port>[0-9]{1,5}))?/?"
)
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
# JSON may write "\/" for a slash, Markdown "\[" for a bracket, and a query has percent-encoded URLs.
_SLASHES = r"(?:(?:\\?/){2}|(?:%2F){2})"
_COLON = r"(?::|%3A)"
_ADDRESS = re.compile(
    rf"(?:(?P<scheme>https?)(?P<colon>{_COLON}{_SLASHES})|(?<![\w.:-])|(?<=%2F)|(?<=\\))"
    r"(?:127\.0\.0\.1|localhost|\\?\[::1\\?\]|(?<!\[)::1(?!\\?\]))"
    rf"(?:{_COLON}(?P<port>[0-9]{{1,5}}))?(?![\w-]|\.\w|:[0-9a-f])"
    r"(?P<path>(?=(?:\\?/|%2F)(?P<mount>[\w.-]*))?)",
    re.IGNORECASE,
)


class PublicHost(NamedTuple):
    """A host for pages. ``scheme`` and ``port`` are empty if those of the recording stay."""

    scheme: str
    host: str
    port: str


def public_host(text: str) -> PublicHost:
    """Return the host that ``text`` names: ``controller``, or ``http://controller``. Raises InputError."""
    given = _GIVEN.fullmatch(text)
    if given is None:
        raise InputError("--host", f"no host {text!r}: give a host such as http://controller")
    return PublicHost(given["scheme"] or "", given["host"], given["port"] or "")


def mounted_ports(exchanges: Iterable[Exchange]) -> list[str]:
    """Return the ports of loopback addresses at which services have paths, such as ``/identity``."""
    ports = set()
    for url in {exchange.request.url for exchange in exchanges}:
        place = origin(url)
        if place is not None and place.host in _LOOPBACK and well_known(url):
            ports.add(str(place.port))
    return sorted(ports)


def replacement(host: PublicHost, ports: Iterable[str]) -> Callable[[str], str]:
    """Return a function that replaces the loopback addresses in a page by ``host``.

    ``ports`` are the ports that are dropped, from ``mounted_ports``.
    """
    dropped = frozenset(ports)

    def address(found: re.Match[str]) -> str:
        port = found["port"]
        mount = found["mount"]
        mounted = port in dropped or (mount and well_known(f"http://{_LOOPBACK[0]}/{mount}"))
        shown = host.port or ("" if mounted else port or "")
        scheme = (host.scheme or found["scheme"]) + found["colon"] if found["scheme"] else ""
        colon = "%3A" if "%" in (found["colon"] or "") else ":"
        return f"{scheme}{host.host}{colon if shown else ''}{shown}"

    return lambda text: _ADDRESS.sub(address, text)
