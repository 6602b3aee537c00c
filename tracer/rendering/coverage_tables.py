"""Coverage of the API reference: tables for a terminal, and the data as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from rich import box
from rich.table import Table
from rich.text import Text

from tracer.api_reference import names_of
from tracer.counting import counted
from tracer.formats.json_text import dump
from tracer.i18n import DEFAULT, pick
from tracer.rendering.operation_links import operation_name
from tracer.rendering.visible_texts import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from rich.console import RenderableType

    from tracer.conformance import Coverage, CoveredOperation, ReleaseCount, ServiceCoverage

__all__ = [
    "coverage_json",
    "coverage_parts",
    "documented_releases",
    "grouped_counts",
    "release_names",
    "status_list",
]

_RELEASE = 40
_WIDE = 120
"""The width of a terminal with room for names beside IDs."""


def coverage_json(coverage: Coverage, language: str = DEFAULT) -> str:
    """Return the JSON text. The keys are the fields of the structs in ``tracer.conformance.coverage``."""
    document = msgspec.to_builtins(coverage, str_keys=True)
    for service in document["services"]:
        for operation in service["operations"]:
            operation["name"] = pick(names_of(operation["id"]), language)
    return dump(document)


def coverage_parts(
    coverage: Coverage, width: int, language: str = DEFAULT, *, unseen: bool = False
) -> Iterator[RenderableType]:
    """Yield for each service a summary and the seen operations, for a terminal of ``width``.

    With ``unseen``, the operations that no recording has follow at the end, by service.
    """
    for service in coverage.services:
        yield from _summary(service, coverage.releases)
        if service.seen:
            yield _seen(service, coverage.releases, width, language)
        yield Text()
    missing = sum(len(service.unseen) for service in coverage.services)
    if not unseen:
        yield Text(f"{counted(missing, 'operation')} never seen; --unseen lists them", style="dim")
        return
    for service in coverage.services:
        if service.unseen:
            yield Text(
                f"{service.service}, never seen: {counted(len(service.unseen), 'operation')}", style="bold"
            )
            yield _unseen(service.unseen, coverage.releases, width, language)
            yield Text()


def release_names(releases: Iterable[str], known: Sequence[str]) -> str:
    """Return ``releases`` in the order of ``known``, with a dash between the ends of a row of neighbours."""
    indexes = sorted(known.index(release) for release in releases)
    rows: list[list[int]] = []
    for index in indexes:
        if rows and rows[-1][-1] == index - 1:
            rows[-1].append(index)
        else:
            rows.append([index])
    return ", ".join(
        f"{_release(known[row[0]])}–{_release(known[row[-1]])}"
        if len(row) > 2
        else ", ".join(_release(known[index]) for index in row)
        for row in rows
    )


def documented_releases(operation: CoveredOperation, releases: Sequence[str]) -> str:
    """Return those of ``releases`` that document an operation, an empty text if all do."""
    return "" if len(operation.documented) == len(releases) else release_names(operation.documented, releases)


def grouped_counts(counts: Iterable[ReleaseCount]) -> dict[ReleaseCount, list[str]]:
    """Return the releases with equal counts, by the count without its release."""
    groups: dict[ReleaseCount, list[str]] = {}
    for count in counts:
        groups.setdefault(msgspec.structs.replace(count, release=""), []).append(count.release)
    return groups


def status_list(statuses: Mapping[int, int], exchanges: int) -> str:
    """Return the statuses that were seen, and a dash for exchanges without a response."""
    unanswered = ["–"] if sum(statuses.values()) < exchanges else []
    return ", ".join([*map(str, statuses), *unanswered])


def _release(name: str) -> str:
    return visible(name, _RELEASE)


def _summary(service: ServiceCoverage, releases: Sequence[str]) -> Iterator[Text]:
    total = service.total
    line = f"{service.service}: {total.seen} of {counted(total.documented, 'operation')}, {total.percent} %"
    yield Text(line, style="bold")
    if len(releases) > 1:
        groups = (
            f"{release_names(names, releases)}: {count.seen} of {count.documented}"
            for count, names in grouped_counts(service.releases).items()
        )
        yield Text(f"  {'; '.join(groups)}", style="dim")
    if service.others:
        noun = counted(service.others, "exchange is", "exchanges are")
        yield Text(f"  {noun} no documented operation, such as version discovery", style="dim")


def _seen(service: ServiceCoverage, releases: Sequence[str], width: int, language: str) -> Table:
    table = _table()
    table.add_column("operation", overflow="fold")
    with_names = width >= _WIDE or language != DEFAULT
    if with_names:
        table.add_column("name", overflow="fold")
    table.add_column("statuses", no_wrap=True)
    for title in ("exchanges", "recordings"):
        table.add_column(title, justify="right", no_wrap=True)
    if len(releases) > 1:
        table.add_column("releases", overflow="fold")
    for operation in service.seen:
        table.add_row(
            Text(operation.id, style="bold"),
            *([Text(operation_name(operation.id, language))] if with_names else []),
            Text(status_list(operation.statuses, operation.exchanges)),
            str(operation.exchanges),
            str(operation.recordings),
            *(
                [Text(release_names((use.release for use in operation.seen), releases))]
                if len(releases) > 1
                else []
            ),
        )
    return table


def _unseen(
    operations: Iterable[CoveredOperation], releases: Sequence[str], width: int, language: str
) -> Table:
    table = _table()
    table.add_column("operation", overflow="fold")
    table.add_column("request", overflow="fold")
    with_names = width >= _WIDE or language != DEFAULT
    if with_names:
        table.add_column("name", overflow="fold")
    for operation in operations:
        limits = documented_releases(operation, releases)
        table.add_row(
            Text(operation.id, style="bold"),
            Text(f"{operation.method} {operation.path}").append(
                f" ({limits})" if limits else "", style="dim"
            ),
            *([Text(operation_name(operation.id, language))] if with_names else []),
        )
    return table


def _table() -> Table:
    return Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
