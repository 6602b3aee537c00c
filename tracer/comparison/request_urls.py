"""Comparison of two request URLs: scheme, host, path, query, and fragment."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qsl

from tracer.comparison.differences import Change
from tracer.comparison.trees import compare_values

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracer.comparison.differences import Location

__all__ = ["UrlParts", "compare_urls", "url_parts"]

_URL = re.compile(
    r"(?:([A-Za-z][A-Za-z0-9+.-]*)://)?(?:([^/?#]*)@)?([^/?#]*)([^?#]*)(?:\?([^#]*))?(?:#(.*))?", re.DOTALL
)
"""The parts of a URL (RFC 3986, appendix B). The pattern matches every text."""


class UrlParts(NamedTuple):
    """The parts of a URL as written, empty for a part that is not there."""

    scheme: str
    userinfo: str
    host: str
    path: str
    query: str
    fragment: str


def url_parts(url: str) -> UrlParts:
    """Return the parts of ``url``, which need not be a valid URL."""
    match = _URL.fullmatch(url)
    return UrlParts(*(match.groups(default="") if match else ("", "", "", url, "", "")))


def compare_urls(before: str, after: str, location: Location) -> Iterator[Change]:
    """Yield the differences between two URLs. ``location`` is that of the request."""
    parts_before, parts_after = url_parts(before), url_parts(after)
    changes = list(_parts(parts_before, parts_after, location))
    yield from changes
    if before != after and all(change.kind == "same" for change in changes):
        # An empty query or fragment, or the letter case of the scheme.
        yield Change("changed", location.within("url"), before, after)


def _parts(before: UrlParts, after: UrlParts, location: Location) -> Iterator[Change]:
    literal = [
        ("scheme", before.scheme.lower(), after.scheme.lower()),
        ("userinfo", before.userinfo, after.userinfo),
        ("host", before.host, after.host),
        ("path", before.path, after.path),
    ]
    for name, part_before, part_after in literal:
        yield from compare_values(part_before, part_after, location.within(name))
    yield from _queries(before.query, after.query, location.within("query"))
    if before.fragment != after.fragment:
        yield Change("changed", location.within("fragment"), before.fragment, after.fragment)


def _queries(before: str, after: str, location: Location) -> Iterator[Change]:
    try:
        pairs_before, pairs_after = (parse_qsl(query, keep_blank_values=True) for query in (before, after))
    except ValueError:  # parse_qsl refuses the query
        if before != after:
            yield Change("changed", location, before, after)
        return
    changes = list(compare_values(_fields(pairs_before), _fields(pairs_after), location))
    yield from changes
    if before != after and all(change.kind == "same" for change in changes):
        # The parameters are equal. They are encoded or separated in another way.
        yield Change("changed", location, before, after)


def _fields(pairs: list[tuple[str, str]]) -> dict[str, object]:
    """Return the parameters of a query by name, with a list of values for a repeated parameter."""
    fields: dict[str, object] = {}
    for name, value in pairs:
        earlier = fields.get(name)
        if name not in fields:
            fields[name] = value
        elif isinstance(earlier, list):
            earlier.append(value)
        else:
            fields[name] = [earlier, value]
    return fields
