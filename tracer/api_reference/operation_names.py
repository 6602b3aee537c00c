"""The names of operations in each language."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tracer.api_reference.operation_types import Operation

__all__ = ["operation_names"]


def operation_names(operation: Operation) -> dict[str, str]:
    """Return the name of an operation by language: ``{"en": "Show image"}``."""
    return {"en": operation.name}
