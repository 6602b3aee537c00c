"""The operations of the API reference that the requests of a run are."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple

from tracer.api_reference import find_operation
from tracer.sequences.json_bodies import json_content
from tracer.sequences.templates import generic
from tracer.urls import query_fields

if TYPE_CHECKING:
    from tracer.model import Exchange
    from tracer.sequences.observations import Observation, ObservedRun

__all__ = ["RequestOperation", "operations_of"]


class RequestOperation(NamedTuple):
    """The ID of an operation, and the official template of its path with the mount of the service."""

    id: str
    template: str


def operations_of(run: ObservedRun, release: str | None) -> list[RequestOperation | None]:
    """Return the operation of each exchange in a cloud of ``release``, None for a request that is none.

    Without a ``release``, it is the newest that has the operation.
    """
    return [
        _operation_of(seen, exchange, release) for seen, exchange in zip(run.seen, run.exchanges, strict=True)
    ]


def _operation_of(seen: Observation, exchange: Exchange, release: str | None) -> RequestOperation | None:
    found = find_operation(
        seen.receiver,
        release,
        seen.method,
        seen.whole_path,
        query=dict(query_fields(seen.query)),
        body=json_content(exchange.request.body),
    )
    if found is None:
        return None
    mount = generic(seen.mount) if seen.mount else ""
    template = (mount + found.template_sent).removesuffix("/") or "/"
    return RequestOperation(found.operation.id, sys.intern(template))
