"""The operations of the API reference that recordings have, and those that no recording has.

An operation counts in each release whose recordings are given, and once in the sum of all releases.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from tracer.api_reference import link, operations, reference, services
from tracer.releases import order

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tracer.api_reference import Operation
    from tracer.conformance.operation_uses import OperationUse, RecordedOperations

__all__ = [
    "COVERAGE_FORMAT", "Coverage", "CoveredOperation", "ReleaseCount", "ReleaseUse", "ServiceCoverage",
    "coverage",
]  # fmt: skip

COVERAGE_FORMAT = 1


class ReleaseUse(msgspec.Struct, frozen=True, kw_only=True):
    """The exchanges of an operation in a release. ``statuses`` counts the responses by status."""

    release: str
    statuses: dict[int, int]
    exchanges: int
    recordings: int


class CoveredOperation(msgspec.Struct, frozen=True, kw_only=True):
    """A documented operation. ``documented`` are the given releases that have it; ``seen`` may be empty."""

    id: str
    name: str
    method: str
    path: str
    link: str
    documented: tuple[str, ...]
    seen: tuple[ReleaseUse, ...]

    @property
    def statuses(self) -> dict[int, int]:
        """Return the number of responses in all releases by status."""
        total: Counter[int] = Counter()
        for use in self.seen:
            total.update(use.statuses)
        return dict(sorted(total.items()))

    @property
    def exchanges(self) -> int:
        """Return the number of exchanges in all releases."""
        return sum(use.exchanges for use in self.seen)

    @property
    def recordings(self) -> int:
        """Return the number of recordings in all releases."""
        return sum(use.recordings for use in self.seen)


class ReleaseCount(msgspec.Struct, frozen=True, kw_only=True):
    """The number of documented and of seen operations. ``release`` is empty for all releases together."""

    release: str
    documented: int
    seen: int

    @property
    def percent(self) -> int:
        """Return the seen operations in percent, rounded down: 100 means all."""
        return 100 * self.seen // self.documented if self.documented else 0


class ServiceCoverage(msgspec.Struct, frozen=True, kw_only=True):
    """The operations of a service in the order of its reference.

    ``total`` counts all releases together. ``others`` is the number of exchanges with the service that are no
    documented operation, such as version discovery.
    """

    service: str
    type: str
    total: ReleaseCount
    releases: tuple[ReleaseCount, ...]
    others: int
    operations: tuple[CoveredOperation, ...]

    @property
    def seen(self) -> list[CoveredOperation]:
        """Return the operations that a recording has."""
        return [operation for operation in self.operations if operation.seen]

    @property
    def unseen(self) -> list[CoveredOperation]:
        """Return the operations that no recording has."""
        return [operation for operation in self.operations if not operation.seen]


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """The coverage of the reference by recordings of ``releases``, which are in their order."""

    format: int = COVERAGE_FORMAT
    releases: tuple[str, ...]
    recordings: int
    services: tuple[ServiceCoverage, ...]


def coverage(recordings: Sequence[RecordedOperations], wanted: Iterable[str] | None = None) -> Coverage:
    """Return the coverage by ``recordings`` of the services ``wanted``, by default of those that occur."""
    releases = tuple(sorted({recording.release for recording in recordings}, key=order))
    uses: dict[tuple[str, str], list[OperationUse]] = {}
    for recording in recordings:
        for operation_id, use in recording.uses.items():
            uses.setdefault((operation_id, recording.release), []).append(use)
    others = sum((Counter(recording.others) for recording in recordings), Counter[str]())
    chosen = _occurring(uses, others) if wanted is None else wanted
    return Coverage(
        releases=releases,
        recordings=len(recordings),
        services=tuple(_service(name, releases, uses, others) for name in chosen),
    )


def _occurring(uses: Iterable[tuple[str, str]], others: Iterable[str]) -> Iterator[str]:
    """Yield the names of the services that receive a request."""
    types = {operation_id.partition(".")[0] for operation_id, _ in uses}
    for name in services():
        if reference(name).type in types or name in others:
            yield name


def _service(
    name: str,
    releases: Sequence[str],
    uses: dict[tuple[str, str], list[OperationUse]],
    others: Counter[str],
) -> ServiceCoverage:
    newest: dict[str, Operation] = {}
    documented: dict[str, list[str]] = {}
    for release in releases:
        for operation in operations(name, release):
            if not operation.selector.never:
                newest[operation.id] = operation
                documented.setdefault(operation.id, []).append(release)
    covered = [
        CoveredOperation(
            id=operation.id,
            name=operation.name,
            method=operation.method,
            path=operation.path,
            link=link(name, operation),
            documented=tuple(documented[operation.id]),
            seen=tuple(
                _release_use(release, uses[operation.id, release])
                for release in documented[operation.id]
                if (operation.id, release) in uses
            ),
        )
        for operation in newest.values()
    ]
    undocumented = sum(
        use.exchanges
        for (operation_id, release), each in uses.items()
        if operation_id.partition(".")[0] == reference(name).type
        and release not in documented.get(operation_id, ())
        for use in each
    )
    return ServiceCoverage(
        service=name,
        type=reference(name).type,
        total=ReleaseCount(
            release="", documented=len(covered), seen=sum(bool(operation.seen) for operation in covered)
        ),
        releases=tuple(
            ReleaseCount(
                release=release,
                documented=sum(release in operation.documented for operation in covered),
                seen=sum(any(use.release == release for use in operation.seen) for operation in covered),
            )
            for release in releases
        ),
        others=others[name] + undocumented,
        operations=tuple(covered),
    )


def _release_use(release: str, uses: Sequence[OperationUse]) -> ReleaseUse:
    statuses: Counter[int] = Counter()
    for use in uses:
        statuses.update(use.statuses)
    return ReleaseUse(
        release=release,
        statuses=dict(sorted(statuses.items())),
        exchanges=sum(use.exchanges for use in uses),
        recordings=len(uses),
    )
