"""The operation of a request: by method and path, then by query and body."""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from typing import TYPE_CHECKING

from tracer.api_reference import selecting
from tracer.api_reference.reading import operations
from tracer.api_reference.templates import shape, values

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tracer.api_reference.schema import Operation

    _Index = defaultdict[int, list[tuple[str, Operation]]]

__all__ = ["operation_of"]

_VERSION = re.compile(r"/v\d+(?:\.\d+)?(?=/|$)")
_PROJECT = re.compile(r"^(/v[\d.]+)/\{(?:admin_)?(?:project|tenant)_id\}(?=/)")
"""The project after the version. Since Yoga, Cinder needs none; Nova's older endpoints have one."""

_PROJECT_VALUE = re.compile(r"/(?:[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?=/|$)")

_ANY_NUMBER = -1
"""The key of templates for any number of slashes: names of objects in Swift contain slashes."""


def operation_of(
    service: str,
    release: str | None,
    method: str,
    path: str,
    *,
    query: Mapping[str, str] = {},
    body: object = None,
) -> Operation | None:
    """Return the operation of a request to ``service`` in ``release``, None if the reference has none.

    ``path`` begins after the mount of the service: ``/v2/images``. The template with the most literal
    segments has priority, then the selector with the most conditions.
    """
    index = _index(service, release)
    # Each resource with GET has HEAD (RFC 9110, section 9.1), and most references document only GET.
    methods = (method, "GET") if method == "HEAD" else (method,)
    requests = ((wanted, spelling) for wanted in methods for spelling in _spellings(path))
    found = (_best(index, wanted, spelling, query, body) for wanted, spelling in requests)
    return next(filter(None, found), None)


def _best(index: _Index, method: str, path: str, query: Mapping[str, str], body: object) -> Operation | None:
    """Return the operation with exactly this spelling of the path."""
    matching = [
        (template, operation, found)
        for template, operation in index[path.count("/")] + index[_ANY_NUMBER]
        if operation.method in {method, "*"} and (found := values(template, path)) is not None
    ]
    selected = [
        (*_rank(template), selecting.count(operation.selector), operation)
        for template, operation, found in matching
        if selecting.holds(operation.selector, found, query, body)
    ]
    return max(selected, key=lambda entry: entry[:-1])[-1] if selected else None


def _spellings(path: str) -> Iterator[str]:
    """Yield the path, then without the version, then without the version and the project.

    The reference of Nova and Placement has no version in its paths: it is in the URL of the catalogue.
    """
    normal = "/" + "/".join(part for part in path.split("/") if part)
    yield normal
    version = _VERSION.match(normal)
    if version:
        rest = normal[version.end() :]
        yield rest or "/"
        if project := _PROJECT_VALUE.match(rest):
            yield rest[project.end() :] or "/"


@functools.lru_cache(maxsize=64)
def _index(service: str, release: str | None) -> _Index:
    """Return templates and operations by the number of slashes in a path."""
    index: _Index = defaultdict(list)
    for operation in operations(service, release):
        for template in dict.fromkeys((operation.path, _PROJECT.sub(r"\1", operation.path))):
            slashes = _ANY_NUMBER if template.endswith("/{object}") else shape(template).count("/")
            index[slashes].append((template, operation))
    return index


def _rank(template: str) -> tuple[int, int]:
    """Return the number of literal segments, and of literal characters."""
    segments = shape(template).split("/")
    return sum("{}" not in segment for segment in segments), sum(map(len, segments))
