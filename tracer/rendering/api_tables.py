"""Operations of the API reference for a terminal: a list, and an operation with its facts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.table import Table
from rich.text import Text

from tracer.api_reference import link

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.console import RenderableType

    from tracer.api_reference import Operation, Parameter

__all__ = ["listed", "shown"]


def listed(operations: Iterable[Operation]) -> Table:
    """Return a table with a row for each of ``operations``."""
    table = _table()
    table.add_column("operation", overflow="fold")
    table.add_column("request", overflow="fold")
    table.add_column("name", overflow="fold")
    for operation in operations:
        table.add_row(Text(operation.id, style="bold"), Text(_request(operation)), Text(operation.name))
    return table


def shown(service: str, operation: Operation) -> Iterator[RenderableType]:
    """Yield the facts of an operation: request, link, statuses, parameters and fields."""
    yield Text(operation.id, style="bold").append(f": {operation.name}", style="bold")
    yield Text(_request(operation), style="cyan")
    yield Text(link(service, operation), style="dim")
    for title, text in (
        ("selected by", ", ".join((*operation.selector.query, *operation.selector.body))),
        ("microversions", _range(operation.min_version, operation.max_version)),
        ("releases", _range(operation.since, operation.until)),
        ("success", ", ".join(map(str, operation.success))),
        ("errors", ", ".join(map(str, operation.errors))),
    ):
        if text:
            yield Text(f"{title}: {text}")
    for title, parameters in (("request", operation.request), ("response", operation.response)):
        if parameters:
            yield _parameters(title, parameters)


def _parameters(title: str, parameters: Iterable[Parameter]) -> Table:
    table = _table()
    table.add_column(title, overflow="fold")
    for name in ("in", "type", "required", "microversions"):
        table.add_column(name, no_wrap=True)
    for parameter in parameters:
        table.add_row(
            Text(parameter.name),
            parameter.location,
            Text(parameter.type),
            "yes" if parameter.required else "",
            _range(parameter.min_version, parameter.max_version),
        )
    return table


def _request(operation: Operation) -> str:
    return f"{operation.method} {operation.path}"


def _range(first: str, last: str) -> str:
    """Return ``2.5–2.40``, ``2.5–``, ``–2.40``, or an empty text without limits."""
    return f"{first}–{last}" if first or last else ""


def _table() -> Table:
    return Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
