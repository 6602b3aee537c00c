"""Stable IDs: an operation has the same ID in each release."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docutils.nodes import make_id
from msgspec.structs import replace

from tracer.api_reference.path_templates import shape_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from tracer.api_reference.operation_types import Operation

__all__ = ["assign_ids"]


def assign_ids(operations: Sequence[Operation], known: Iterable[Operation]) -> list[Operation]:
    """Give the operations of a release the IDs of the same operations in ``known``, and others a new ID.

    The same operation has the same method, path and name, else the same method, path and selector. An ID that
    is taken gets the words of the path, then the method. Of several IDs in ``known``, the first counts.
    """
    known = [*known]
    ids: dict[int, str] = {}
    for key in (_by_name, _by_selector):
        _assign(ids, operations, known, key)
    taken = {operation.id for operation in known} | set(ids.values())
    for position, operation in enumerate(operations):
        if position not in ids:
            ids[position] = next(name for name in _names(operation) if name not in taken)
            taken.add(ids[position])
    return [replace(operation, id=ids[position]) for position, operation in enumerate(operations)]


def _assign(
    ids: dict[int, str],
    operations: Sequence[Operation],
    known: Iterable[Operation],
    key: Callable[[Operation], tuple[object, ...]],
) -> None:
    """Add the IDs of known operations with the same ``key`` to ``ids``, each at most once."""
    candidates: dict[tuple[object, ...], str] = {}
    for operation in known:
        candidates.setdefault(key(operation), operation.id)
    for position, operation in enumerate(operations):
        name = candidates.get(key(operation))
        if name is not None and position not in ids and name not in ids.values():
            ids[position] = name


def _by_name(operation: Operation) -> tuple[object, ...]:
    return operation.method, shape_of(operation.path), operation.name.lower()


def _by_selector(operation: Operation) -> tuple[object, ...]:
    return operation.method, shape_of(operation.path), operation.selector


def _names(operation: Operation) -> Iterable[str]:
    """Yield IDs from short to long. The last is unique, as method and path are."""
    words = (
        make_id(" ".join(part for part in operation.path.split("/") if part and "{" not in part)) or "root"
    )
    yield operation.id
    yield f"{operation.id}-{words}"
    yield f"{operation.id}-{words}-{operation.method.lower()}"
