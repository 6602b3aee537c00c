"""Operations of several releases in one list, with the range of releases for each entry."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from msgspec.structs import replace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tracer.api_reference.operation_types import Operation, Reference

__all__ = ["expand", "merge"]

_INDEX = "index.html"


def expand(reference: Reference) -> dict[str, list[Operation]]:
    """Return the operations of a reference by release, without ranges."""
    releases = reference.releases
    result: dict[str, list[Operation]] = {release: [] for release in releases}
    for operation in reference.operations:
        first = releases.index(operation.since) if operation.since else 0
        last = releases.index(operation.until) if operation.until else len(releases) - 1
        for release in releases[first : last + 1]:
            result[release].append(replace(operation, since="", until=""))
    return result


def merge(by_release: Mapping[str, Sequence[Operation]]) -> tuple[Operation, ...]:
    """Return one entry for each range of releases in which the facts of an operation are the same.

    ``by_release`` is in the order of the releases. Name, path, page and anchor are those of the newest
    release with the operation. If the newest release of all lacks the operation, the entry has no anchor.
    """
    releases = [*by_release]
    newest = by_release[releases[-1]]
    pages = {operation.page for operation in newest}
    current = {operation.id for operation in newest}
    versions: dict[str, dict[str, Operation]] = defaultdict(dict)
    for release, operations in by_release.items():
        for operation in operations:
            versions[operation.id][release] = operation
    entries: list[Operation] = []
    for name in sorted(versions):
        last = [*versions[name].values()][-1]
        page, anchor = last.page, last.anchor
        if name not in current:
            page, anchor = page if page in pages else _INDEX, ""
        facts = {
            release: replace(version, name=last.name, path=last.path, page=page, anchor=anchor)
            for release, version in versions[name].items()
        }
        entries += _ranges(facts, releases)
    return tuple(entries)


def _ranges(facts: Mapping[str, Operation], releases: Sequence[str]) -> list[Operation]:
    """Return an entry for each run of neighbouring releases with the same facts."""
    entries: list[tuple[Operation, int, int]] = []
    for position, release in enumerate(releases):
        if release not in facts:
            continue
        if entries and entries[-1][0] == facts[release] and entries[-1][2] == position - 1:
            entries[-1] = (*entries[-1][:2], position)
        else:
            entries.append((facts[release], position, position))
    return [
        replace(
            operation,
            since=releases[first] if first else "",
            until=releases[last] if last < len(releases) - 1 else "",
        )
        for operation, first, last in entries
    ]
