"""Operations by the words of a user: an ID, a path template, or a path."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from tracer.api_reference.spellings import first_words, spellings
from tracer.api_reference.templates import count_literals, path_values, shape_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracer.api_reference.schema import Operation

__all__ = ["Found", "search"]


class Found(NamedTuple):
    """Operations, and the number of spellings of a path that were tried before: fewer are a better match."""

    operations: list[Operation]
    distance: int = 0


def search(words: str, operations: Sequence[Operation]) -> Found:
    """Return the operations of one service that ``words`` name.

    ``words`` are an ID (``image.show-image``), a path (``/v2/images/{image_id}``, or with values in place of
    the parameters), or a method and a path. The names of parameters do not count. Of several templates that
    a path matches, those with the most literal segments have priority.
    """
    first, _, rest = words.partition(" ")
    method, path = (first.upper(), rest.strip()) if rest else ("", words)
    if "/" not in path:
        return Found([operation for operation in operations if operation.id == words])
    path = urlsplit(path).path or "/"
    allowed = [operation for operation in operations if not method or operation.method in {method, "*"}]
    same = [operation for operation in allowed if shape_of(operation.path) == shape_of(path)]
    if same or "{" in path:
        return Found(same)
    words_of_service = first_words({operation.path for operation in operations})
    for distance, spelling in enumerate(spellings(path, words_of_service), start=1):
        matching = [operation for operation in allowed if path_values(operation.path, spelling) is not None]
        if matching:
            best = max(count_literals(operation.path) for operation in matching)
            nearest = [operation for operation in matching if count_literals(operation.path) == best]
            return Found(nearest, distance)
    return Found([])
