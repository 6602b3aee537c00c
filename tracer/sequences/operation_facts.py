"""The facts of an operation of the API reference, as keys of an exchange in a sequence file."""

from __future__ import annotations

import functools
from typing import Any

from tracer.api_reference import link, operation_by_id, operation_names
from tracer.api_reference.similar_names import similar_names
from tracer.errors import InputError
from tracer.sequences.catalogue import participant_of_type

__all__ = ["operation_facts", "unknown_operation"]


@functools.cache
def operation_facts(operation_id: str) -> dict[str, Any]:
    """Return the keys that an exchange inherits from an operation, empty for an unknown operation.

    These are the receiver, the method, the path, the statuses of a success, the name as summary, and the
    link. Callers share the dict and must not change it.
    """
    found = operation_by_id(operation_id)
    if found is None:
        return {}
    service, operation = found
    participant = participant_of_type(operation_id.partition(".")[0])
    success = list(operation.success)
    return {
        "to": participant or service,
        "method": operation.method,
        "path": operation.actual_path or operation.path,
        **({"status": success[0] if len(success) == 1 else success} if success else {}),
        "summary": operation_names(operation),
        "reference": link(service, operation),
    }


def unknown_operation(operation_id: str, source: str, location: str) -> InputError:
    """Return the error about an unknown operation, with the most similar IDs."""
    similar = similar_names(operation_id)
    hint = f"did you mean {' or '.join(similar)}?" if similar else "see: tracer api list"
    return InputError(source, f"no operation {operation_id!r} in the API reference; {hint}", location)
