"""The files of the API reference: one for each service, with an operation on each line."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from tracer.api_reference.operation_types import Operation, Reference
from tracer.errors import InputError
from tracer.releases import holds, is_openstack, order

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "FOLDER",
    "LocatedOperation",
    "format_reference",
    "link",
    "operation_by_id",
    "operation_data",
    "operations",
    "read_reference",
    "reference",
    "services",
]

FOLDER = Path(__file__).with_name("data")


class LocatedOperation(NamedTuple):
    """An operation, with the name of its service."""

    service: str
    operation: Operation


@functools.cache
def services() -> list[str]:
    """Return the names of all services with a reference, such as ``glance``."""
    return sorted(path.stem for path in FOLDER.glob("*.json"))


@functools.cache
def reference(service: str) -> Reference:
    """Return the reference of ``service``. Raise InputError if there is none."""
    if service not in services():
        raise InputError("service", f"no API reference for {service!r}; known: {', '.join(services())}")
    return read_reference(FOLDER / f"{service}.json")


def read_reference(path: Path) -> Reference:
    """Return the reference in the file ``path``."""
    return msgspec.json.decode(path.read_bytes(), type=Reference)


def operations(service: str, release: str | None = None) -> Iterator[Operation]:
    """Yield the operations of ``service`` in ``release``, by default in the newest with a reference.

    A release before the first, or after the newest, has the operations of the first or the newest.
    """
    content = reference(service)
    wanted = _nearest(release, content.releases)
    for operation in content.operations:
        if holds(operation.since or None, operation.until or None, wanted):
            yield operation


def _nearest(release: str | None, releases: tuple[str, ...]) -> str:
    """Return ``release``, or the first or last of ``releases`` if it is outside of them."""
    if release is None or not is_openstack(release) or order(release) > order(releases[-1]):
        return releases[-1]
    return release if order(release) >= order(releases[0]) else releases[0]


def operation_by_id(operation_id: str, release: str | None = None) -> LocatedOperation | None:
    """Return the operation with this ID in ``release``, else in the newest release that has it.

    Return None for an unknown ID.
    """
    service = _services_by_type().get(operation_id.partition(".")[0])
    operation = _by_id(service, release).get(operation_id) if service else None
    return LocatedOperation(service, operation) if service and operation else None


@functools.cache
def _services_by_type() -> dict[str, str]:
    """Return the name of each service by its type, from the first lines of the files."""
    types = {}
    for service in services():
        with (FOLDER / f"{service}.json").open(encoding="utf-8") as file:
            head = msgspec.json.decode(f"{file.readline()}]}}", type=Reference)
        types[head.type] = head.service
    return types


@functools.lru_cache(maxsize=64)
def _by_id(service: str, release: str | None) -> dict[str, Operation]:
    # Of the entries of an ID, the newest is the last.
    newest = {operation.id: operation for operation in reference(service).operations}
    return newest if release is None else newest | {each.id: each for each in operations(service, release)}


def link(service: str, operation: Operation) -> str:
    """Return the URL of an operation in the newest published reference."""
    anchor = f"#{operation.anchor}" if operation.anchor else ""
    return f"{reference(service).url}{operation.page}{anchor}"


def format_reference(content: Reference) -> str:
    """Return the text of a file: the head, then an operation on each line."""
    head = msgspec.json.encode(msgspec.structs.replace(content, operations=())).decode()
    lines = ",\n".join(msgspec.json.encode(operation_data(each)).decode() for each in content.operations)
    assert head.endswith('"operations":[]}')
    return f"{head.removesuffix('[]}')}[\n{lines}\n]}}\n"


def operation_data(operation: Operation) -> dict[str, Any]:
    """Return an operation as plain values, without an empty selector."""
    data: dict[str, Any] = msgspec.to_builtins(operation)
    return {key: value for key, value in data.items() if key != "selector" or value}
