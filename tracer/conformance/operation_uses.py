"""The operations of the API reference in a recording: statuses, parameters and fields of their exchanges."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import msgspec

from tracer.sequences import label
from tracer.sequences.json_bodies import json_content
from tracer.urls import query_fields, split

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracer.model import Exchange, Recording

__all__ = ["OperationUse", "RecordedOperations", "recorded_operations"]

_MOST_NAMES = 1_000
"""The most names of a body that count: the names of a map are the user's own, without a limit."""
_LONGEST_NAME = 200
_BESIDE = frozenset({"first", "links", "next", "previous", "schema", "total_count"})
"""Names beside the only object, or the list of objects, of a body: pagination."""


class OperationUse(msgspec.Struct, frozen=True, kw_only=True):
    """The exchanges of a recording that have one operation.

    ``statuses`` counts the responses by status; an exchange without a response has none. ``query`` has the
    parameters of the queries, ``headers`` the names of all header fields in lower case. ``request`` and
    ``response`` have the names anywhere in the bodies, ``request_fields`` and ``response_fields`` those of
    the outer object and of the resource in it. ``example`` is the index of the first exchange, if possible of
    one that succeeded.
    """

    exchanges: int
    statuses: dict[int, int]
    query: frozenset[str]
    headers: frozenset[str]
    request: frozenset[str]
    request_fields: frozenset[str]
    response: frozenset[str]
    response_fields: frozenset[str]
    example: int
    succeeded: bool


class RecordedOperations(msgspec.Struct, frozen=True, kw_only=True):
    """The operations of a recording by ID.

    ``others`` counts the exchanges that are no documented operation, by receiver.
    """

    release: str = ""
    uses: dict[str, OperationUse] = {}
    others: dict[str, int] = {}


def recorded_operations(recording: Recording) -> RecordedOperations:
    """Return the operations in ``recording``: those of its labels, else those of its requests."""
    ids = _operation_ids(recording)
    others: Counter[str] = Counter()
    uses: dict[str, _Use] = {}
    for index, (exchange, operation_id) in enumerate(zip(recording.exchanges, ids, strict=True)):
        if operation_id:
            uses.setdefault(operation_id, _Use()).add(index, exchange)
        else:
            others[exchange.receiver] += 1
    return RecordedOperations(
        release=recording.cloud.release or "",
        uses={operation_id: use.frozen() for operation_id, use in uses.items()},
        others=dict(others),
    )


def _operation_ids(recording: Recording) -> list[str]:
    """Return the operation of each exchange, an empty text for none."""
    ids = [exchange.operation for exchange in recording.exchanges]
    if all(ids):
        return ids
    # A recording in an earlier format has no operations.
    anew = label(recording, None)
    return [written or exchange.operation for written, exchange in zip(ids, anew.exchanges, strict=True)]


class _Use:
    """The exchanges of an operation so far."""

    def __init__(self) -> None:
        self._exchanges = 0
        self._statuses: Counter[int] = Counter()
        self._query: set[str] = set()
        self._headers: set[str] = set()
        self._names: dict[str, set[str]] = {"request": set(), "response": set()}
        self._fields: dict[str, set[str]] = {"request": set(), "response": set()}
        self._example: int | None = None
        self._succeeded = False

    def add(self, index: int, exchange: Exchange) -> None:
        self._exchanges += 1
        request, response = exchange.request, exchange.response
        succeeded = response is not None and response.status < 400
        if self._example is None or (succeeded and not self._succeeded):
            self._example, self._succeeded = index, succeeded
        parts = split(request.url)
        self._query.update(name for name, _ in query_fields(parts.query if parts else ""))
        self._headers.update(name.lower() for name in request.headers)
        self._add_body("request", json_content(request.body))
        if response is not None:
            self._statuses[response.status] += 1
            self._headers.update(name.lower() for name in response.headers)
            if succeeded:
                self._add_body("response", json_content(response.body))

    def _add_body(self, kind: str, content: object) -> None:
        names, fields = self._names[kind], self._fields[kind]
        for name in _all_names(content):
            if len(names) >= _MOST_NAMES:
                break
            names.add(name)
        for name in _outer_names(content):
            if len(fields) >= _MOST_NAMES:
                break
            fields.add(name)

    def frozen(self) -> OperationUse:
        return OperationUse(
            exchanges=self._exchanges,
            statuses=dict(sorted(self._statuses.items())),
            query=frozenset(self._query),
            headers=frozenset(self._headers),
            request=frozenset(self._names["request"]),
            request_fields=frozenset(self._fields["request"]),
            response=frozenset(self._names["response"]),
            response_fields=frozenset(self._fields["response"]),
            example=self._example or 0,
            succeeded=self._succeeded,
        )


def _all_names(content: object) -> Iterator[str]:
    """Yield the names of all objects in a JSON value."""
    waiting: list[Any] = [content]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            yield from (name for name in value if len(name) <= _LONGEST_NAME)
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)


def _outer_names(content: object) -> Iterator[str]:
    """Yield the names of the outer object, and of the resource in it: ``server``, then ``id``.

    The resource is the only value beside pagination: an object, or a list of objects.
    """
    if not isinstance(content, dict):
        return
    yield from (name for name in content if len(name) <= _LONGEST_NAME)
    resources = [value for name, value in content.items() if not _is_beside(name)]
    if len(resources) == 1:
        resource = resources[0]
        for value in resource if isinstance(resource, list) else [resource]:
            if isinstance(value, dict):
                yield from (name for name in value if len(name) <= _LONGEST_NAME)


def _is_beside(name: str) -> bool:
    return name in _BESIDE or name.endswith("_links")
