"""The facts of an operation of the API reference, as keys of an exchange in a sequence file."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Any

from tracer.api_reference import link, operation_by_id, operation_names
from tracer.api_reference.similar_names import similar_names
from tracer.errors import InputError
from tracer.sequences.catalogue import participant_of_type, version_in_paths
from tracer.sequences.templates import normal

if TYPE_CHECKING:
    from tracer.api_reference import Operation

__all__ = ["operation_facts", "unknown_operation"]

_ANY = "*"
"""The method of an operation for any method."""

_PARAMETER = re.compile(r"\{([^{}]*)\}")
_BETWEEN_SEGMENTS = re.compile(r"/(?![^{}]*\})")
_WORD_BREAK = re.compile(r"\W+|(?<=[a-z0-9])(?=[A-Z])")
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_:-]*")
"""A condition of a selector that is no more than the name of a key."""

_VERSION = re.compile(r"/(?:v\d|\{api_version\})")


@functools.cache
def operation_facts(operation_id: str) -> dict[str, Any]:
    """Return the keys that an exchange inherits from an operation, empty for an unknown operation.

    These are the receiver, the method, the path, the action, the statuses of a success, the name as summary,
    and the link. An operation for any method has no method. Callers share the dict and must not change it.
    """
    found = operation_by_id(operation_id)
    if found is None:
        return {}
    service, operation = found
    participant = participant_of_type(operation_id.partition(".")[0])
    success = list(operation.success)
    return {
        "to": participant or service,
        **({"method": operation.method} if operation.method != _ANY else {}),
        "path": _entry_path(operation.actual_path or operation.path, version_in_paths(participant)),
        **({"action": action} if (action := _action(operation)) else {}),
        **({"status": success[0] if len(success) == 1 else success} if success else {}),
        "summary": operation_names(operation),
        "reference": link(service, operation),
    }


def _action(operation: Operation) -> str:
    """Return the key of the body that distinguishes the operation from others of its path, or empty."""
    conditions = operation.selector.body
    return conditions[0] if len(conditions) == 1 and _KEY.fullmatch(conditions[0]) else ""


def _entry_path(template: str, version: str) -> str:
    """Return a path of the reference as sequences spell it.

    It has the ``version`` that the reference leaves out. A segment has at most one parameter, in snake case.
    """
    has_version = not version or template == "/" or bool(_VERSION.match(template))
    segments = map(_entry_segment, _BETWEEN_SEGMENTS.split(template))
    return normal(("" if has_version else version) + "/".join(segments))


def _entry_segment(segment: str) -> str:
    names = _PARAMETER.findall(segment)
    if not names:
        return segment
    snake = (_WORD_BREAK.sub("_", name).lower() for name in names)
    prefix = segment.partition("{")[0]
    return f"{prefix}{{{'_'.join(snake)}}}"


def unknown_operation(operation_id: str, source: str, location: str) -> InputError:
    """Return the error about an unknown operation, with the most similar IDs."""
    similar = similar_names(operation_id)
    hint = f"did you mean {' or '.join(similar)}?" if similar else "see: tracer api list"
    return InputError(source, f"no operation {operation_id!r} in the API reference; {hint}", location)
