"""Operations by their IDs, such as ``image.show-image``."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, NamedTuple

from tracer.api_reference.reading import reference, services

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tracer.api_reference.operation_types import Operation

__all__ = ["LocatedOperation", "operation_by_id", "similar_ids"]

_MOST_SIMILAR = 3
_LEAST_SIMILARITY = 80  # percent


class LocatedOperation(NamedTuple):
    """An operation, and the name of the service whose reference has it."""

    service: str
    operation: Operation


def operation_by_id(operation_id: str, service: str = "") -> LocatedOperation | None:
    """Return the operation with this ID, in its newest form. Return None if there is none.

    The first word of an ID is the type of a service. ``service`` is the name of the service that probably
    has this type: if it has, no reference of another service is read.
    """
    kind = operation_id.partition(".")[0]
    names = services()
    for name in [service] * (service in names) + names:
        if reference(name).type == kind:
            operation = _newest(name).get(operation_id)
            return LocatedOperation(name, operation) if operation is not None else None
    return None


def similar_ids(words: str, ids: Iterable[str] | None = None) -> list[str]:
    """Return the most similar of ``ids``, by default of all services, the best first."""
    from rapidfuzz import fuzz, process

    known = [each.id for name in services() for each in reference(name).operations] if ids is None else ids
    found = process.extract(
        words,
        list(dict.fromkeys(known)),
        scorer=fuzz.ratio,
        limit=_MOST_SIMILAR,
        score_cutoff=_LEAST_SIMILARITY,
    )
    return [name for name, *_ in found]


@functools.cache
def _newest(service: str) -> dict[str, Operation]:
    """Return the operations of ``service`` by ID. Of several entries, the one of the last releases counts."""
    newest: dict[str, Operation] = {}
    for operation in reference(service).operations:
        known = newest.get(operation.id)
        if known is None or (known.until and _is_later(operation.until, known.until)):
            newest[operation.id] = operation
    return newest


def _is_later(until: str, other: str) -> bool:
    from tracer.releases import order

    return not until or order(until) > order(other)
