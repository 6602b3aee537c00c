"""Operations by the words of a user: an ID, a path template, or a path."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from tracer.api_reference.path_templates import count_literals, shape_of
from tracer.api_reference.reading import operations
from tracer.api_reference.request_operations import candidates_by_spelling

if TYPE_CHECKING:
    from tracer.api_reference.operation_types import Operation

__all__ = ["SearchResult", "search"]


class SearchResult(NamedTuple):
    """Operations, and the number of spellings of a path that were tried before: fewer are a better match."""

    operations: list[Operation]
    distance: int = 0


def search(words: str, service: str, release: str | None = None) -> SearchResult:
    """Return the operations of ``service`` in ``release`` that ``words`` name.

    ``words`` are an ID (``image.show-image``), a path (``/v2/images/{image_id}``, or with values in place of
    the parameters), or a method and a path. The names of parameters do not count. Of several templates that
    a path matches, those with the most literal segments have priority.
    """
    first, _, rest = words.partition(" ")
    method, path = (first.upper(), rest.strip()) if rest else ("", words)
    if "/" not in path:
        return SearchResult([each for each in operations(service, release) if each.id == words])
    path = urlsplit(path).path or "/"
    methods = {method, "*"}
    documented = [
        operation
        for operation in operations(service, release)
        if shape_of(operation.path) == shape_of(path) and (not method or operation.method in methods)
    ]
    if documented or "{" in path:
        return SearchResult(documented)
    for distance, candidates in enumerate(candidates_by_spelling(service, release, path), start=1):
        matching = [each for each in candidates if not method or each.operation.method in methods]
        if matching:
            best = max(count_literals(each.template) for each in matching)
            nearest = [each.operation for each in matching if count_literals(each.template) == best]
            return SearchResult(nearest, distance)
    return SearchResult([])
