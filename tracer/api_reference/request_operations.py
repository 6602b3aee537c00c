"""The operation of a request: by method and path, then by query and body."""

from __future__ import annotations

import functools
import itertools
from collections import defaultdict
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from tracer.api_reference.path_templates import count_literals, path_values, shape_of
from tracer.api_reference.reading import operations, reference, services
from tracer.api_reference.selectors import count_conditions, selects
from tracer.api_reference.spellings import first_words, spellings, without_project

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tracer.api_reference.operation_types import Operation

__all__ = ["PathMatch", "candidates_by_spelling", "find_operation", "operation_of"]

_NO_QUERY: Mapping[str, str] = MappingProxyType({})


class PathMatch(NamedTuple):
    """An operation with a template that the path matches, and the values of its parameters.

    ``template_sent`` is the template with the version and the project that the request has.
    """

    template: str
    template_sent: str
    operation: Operation
    values: dict[str, str]

    @property
    def rank(self) -> tuple[int, int, int]:
        """Return the literal segments, the literal characters, and the conditions of the selector."""
        return *count_literals(self.template), count_conditions(self.operation.selector)


class _Index(NamedTuple):
    """The operations of a service in a release, with their templates by the number of slashes."""

    by_slashes: Mapping[int, list[tuple[str, Operation]]]
    of_any_length: list[tuple[str, Operation]]
    words: frozenset[str]


def operation_of(
    service: str,
    release: str | None,
    method: str,
    path: str,
    *,
    query: Mapping[str, str] = _NO_QUERY,
    body: object = None,
) -> Operation | None:
    """Return the operation of a request as ``find_operation`` finds it, None if there is none."""
    found = find_operation(service, release, method, path, query=query, body=body)
    return found.operation if found else None


def find_operation(
    service: str,
    release: str | None,
    method: str,
    path: str,
    *,
    query: Mapping[str, str] = _NO_QUERY,
    body: object = None,
) -> PathMatch | None:
    """Find the operation of a request to ``service`` in ``release``. Return None if there is none.

    ``path`` begins after the mount of the service: ``/v2/images``. ``spellings`` has its variations. ``body``
    is the content of the JSON body, None if it is not known. The template with the most literal segments has
    priority, then the selector with the most conditions. HEAD without an operation of its own is GET. Without
    a ``release``, the newest release with an operation for the request decides.
    """
    if service not in services():
        return None
    releases = [release] if release else reversed(reference(service).releases)
    methods = (method, "GET") if method == "HEAD" else (method,)
    for name, documented_method in itertools.product(releases, methods):
        for candidates in candidates_by_spelling(service, name, path):
            selected = [
                candidate
                for candidate in candidates
                if candidate.operation.method in {documented_method, "*"}
                and selects(candidate.operation.selector, candidate.values, query, body)
            ]
            if selected:
                return max(selected, key=lambda candidate: candidate.rank)
    return None


def candidates_by_spelling(service: str, release: str | None, path: str) -> Iterator[list[PathMatch]]:
    """Yield the operations of any method at ``path``: a list for each spelling, which may be empty."""
    index = _index(service, release)
    for spelling in spellings(path, index.words):
        yield [
            PathMatch(template, spelling.template_sent(template), operation, values)
            for template, operation in (
                *index.by_slashes.get(spelling.path.count("/"), ()),
                *index.of_any_length,
            )
            if (values := path_values(template, spelling.path)) is not None
        ]


@functools.lru_cache(maxsize=64)
def _index(service: str, release: str | None) -> _Index:
    by_slashes: dict[int, list[tuple[str, Operation]]] = defaultdict(list)
    of_any_length: list[tuple[str, Operation]] = []
    templates: set[str] = set()
    for operation in operations(service, release):
        documented = operation.actual_path or operation.path
        for template in dict.fromkeys((documented, without_project(documented))):
            templates.add(template)
            if template.endswith("/{object}"):
                of_any_length.append((template, operation))
            else:
                by_slashes[shape_of(template).count("/")].append((template, operation))
    return _Index(dict(by_slashes), of_any_length, first_words(templates))
