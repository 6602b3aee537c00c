"""The operations of messages for readers: a name in a language, and a link to the API reference."""

from __future__ import annotations

from typing import NamedTuple

from tracer.api_reference import link, names_of, operation_by_id
from tracer.i18n import DEFAULT, pick
from tracer.rendering.visible_texts import visible

__all__ = ["OperationLink", "operation_link", "operation_name"]

_NAME = 120


class OperationLink(NamedTuple):
    """An operation for readers. ``url`` is the page of the newest reference, empty for an unknown operation.

    ``success`` and ``errors`` are the statuses that the reference of the release documents.
    """

    id: str
    name: str
    url: str = ""
    success: tuple[int, ...] = ()
    errors: tuple[int, ...] = ()


def operation_link(
    operation_id: str, language: str = DEFAULT, release: str | None = None
) -> OperationLink | None:
    """Return the operation with this ID in ``release`` for readers of ``language``; None if the ID is empty.

    The name of an operation without a name is its ID. No text is escaped, and each is one line.
    """
    if not operation_id:
        return None
    shown_id = visible(operation_id, _NAME)
    name = operation_name(operation_id, language) or shown_id
    located = operation_by_id(operation_id, release)
    if located is None:
        return OperationLink(shown_id, name)
    operation = located.operation
    return OperationLink(shown_id, name, link(*located), operation.success, operation.errors)


def operation_name(operation_id: str, language: str) -> str:
    """Return the name of an operation in ``language``, else in English, as one line; empty without a name."""
    return visible(pick(names_of(operation_id), language), _NAME)
