"""Parts of URLs, with IPv6 addresses (RFC 3986, section 3.2.2; zones: RFC 6874)."""

from __future__ import annotations

import ipaddress
from typing import NamedTuple
from urllib.parse import SplitResult, parse_qsl, urlsplit

__all__ = [
    "UrlOrigin",
    "authority",
    "base",
    "bracketed",
    "hostname",
    "origin",
    "path_of",
    "query_fields",
    "split",
]

_PORTS = {"http": 80, "https": 443}
_MOST_FIELDS = 1000


class UrlOrigin(NamedTuple):
    """The scheme, host and port of a URL in canonical form: equal origins are equal values.

    ``host`` is in lower case and without brackets; an IPv6 address is in its shortest form. Without a port in
    the URL, ``port`` is the default port of the scheme, or 0 for a scheme without a default.
    """

    scheme: str
    host: str
    port: int


def split(url: str) -> SplitResult | None:
    """Return the parts of ``url``, None if it is no valid URL (RFC 3986)."""
    try:
        return urlsplit(url)
    except ValueError:
        return None


def path_of(url: str) -> str:
    """Return the path of ``url``, empty if there is none or if ``url`` is not valid."""
    parts = split(url)
    return parts.path if parts is not None else ""


def query_fields(query: str) -> list[tuple[str, str]]:
    """Return names and values of a query, in order. A query that no service would accept has none."""
    try:
        return parse_qsl(query, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        return []


def hostname(url: str) -> str:
    """Return the host of ``url`` in lower case and without brackets, empty if there is none."""
    parts = split(url)
    return (parts.hostname if parts is not None else None) or ""


def origin(url: str) -> UrlOrigin | None:
    """Return the origin of ``url``, None if ``url`` has no host, or an invalid host or port."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if not host:
        return None
    return UrlOrigin(parts.scheme, _canonical(host), port or _PORTS.get(parts.scheme, 0))


def authority(of: UrlOrigin) -> str:
    """Return host and port as in a URL, without the port if it is the default of the scheme."""
    host = bracketed(of.host)
    return f"{host}:{of.port}" if of.port and of.port != _PORTS.get(of.scheme) else host


def base(scheme: str, host: str, port: int) -> str:
    """Return ``scheme://host:port``; ``host`` may be an IPv6 address without brackets."""
    return f"{scheme}://{authority(UrlOrigin(scheme, host, port))}"


def bracketed(host: str) -> str:
    """Return ``host`` as in a URL: an IPv6 address in brackets, with the ``%`` before its zone encoded."""
    if ":" not in host or host.startswith("["):
        return host
    address, percent, zone = host.partition("%")
    return f"[{address}{percent and f'%25{_plain_zone(zone)}'}]"


def _canonical(host: str) -> str:
    if ":" not in host:
        return host
    address, percent, zone = host.partition("%")
    try:
        parsed = ipaddress.IPv6Address(address)
    except ValueError:
        return host
    if parsed.ipv4_mapped is not None and not zone:
        # The same socket answers at both addresses.
        return str(parsed.ipv4_mapped)
    return f"{parsed.compressed}{percent and f'%{_plain_zone(zone)}'}"


def _plain_zone(zone: str) -> str:
    # In a URL, "%25" precedes the zone; in an address of the operating system, "%" does.
    return zone[2:] if zone.startswith("25") and len(zone) > 2 else zone
