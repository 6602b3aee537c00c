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

# Only characters that are no syntax of Markdown: the host replaces addresses in a finished page.
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_GIVEN = re.compile(
    rf"(?:(?P<scheme>https?)://)?(?P<host>{_LABEL}(?:\.{_LABEL})*)(?::(?P<port>[0-9]{{1,5}}))?/?"
)
_LAST_PORT = 65535
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
# JSON may write "\/" for a slash, Markdown "\[" for a bracket, and a query has percent-encoded URLs.
_SLASHES = r"(?:(?:\\?/){2}|(?:%2F){2})"
_COLON = r"(?::|%3A)"
_ADDRESS = re.compile(
    rf"(?:(?P<scheme>https?)(?P<colon>{_COLON}{_SLASHES})|(?<![\w.:-])|(?<=%2F)|(?<=\\))"
    r"(?:127\.0\.0\.1|localhost|\\?\[::1\\?\]|(?<!\[)::1(?![]\\:/%]))"
    rf"(?:{_COLON}(?P<port>[0-9]{{1,5}}))?(?![\w-]|\.\w|:[0-9a-f])"
    r"(?=(?:\\?/|%2F)(?P<mount>[\w.-]*)|)",
    re.IGNORECASE,
)


class PublicHost(NamedTuple):
    """A host for pages. ``scheme`` and ``port`` are empty if those of the recording stay."""

    scheme: str
    host: str
    port: str


def public_host(text: str) -> PublicHost:
    """Return the host that ``text`` names: ``controller``, or ``http://controller``.

    Raises InputError for other texts, also for an IPv6 address: its brackets are syntax in Markdown.
    """
    given = _GIVEN.fullmatch(text)
    if given is None or int(given["port"] or 0) > _LAST_PORT:
        raise InputError(
            "--host", f"not a host name or IPv4 address: {text!r}, use one such as http://controller"
        )
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
