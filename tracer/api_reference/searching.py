"""Operations by the words of a user: an ID, a path template, or a path."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.api_reference.templates import shape, values

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tracer.api_reference.schema import Operation

__all__ = ["search"]


def search(words: str, operations: Iterable[Operation]) -> Iterator[Operation]:
    """Yield the operations that ``words`` name.

    ``words`` are an ID (``image.show-image``), a path (``/v2/images/{image_id}``, or with values in place of
    the parameters), or a method and a path. The names of parameters do not count.
    """
    first, _, rest = words.partition(" ")
    method, path = (first.upper(), rest.strip()) if rest else ("", words)
    if "/" not in path:
        yield from (operation for operation in operations if operation.id == words)
        return
    wanted = shape(path.partition("?")[0])
    for operation in operations:
        alike = shape(operation.path) == wanted or (
            "{" not in path and values(operation.path, wanted) is not None
        )
        if alike and (not method or operation.method in {method, "*"}):
            yield operation
