"""Operations of the API reference for a terminal: a list, and an operation with its facts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.table import Table
from rich.text import Text

from tracer.api_reference import link, operation_names
from tracer.i18n import DEFAULT, pick
from tracer.rendering.visible_texts import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.console import RenderableType

    from tracer.api_reference import Operation, Parameter

__all__ = ["operation_details", "operation_table", "selector_table"]

_LONGEST_NAME = 200
_WIDE = 120
"""The width of a terminal with room for names beside requests."""


def operation_table(operations: Iterable[Operation], width: int, language: str = DEFAULT) -> Table:
    """Return a table with a row for each of ``operations``, for a terminal of ``width``.

    An English name has the words of its ID, so a narrow terminal does not show it.
    """
    table = _table()
    table.add_column("operation", overflow="fold")
    table.add_column("request", overflow="fold")
    if width >= _WIDE or language != DEFAULT:
        table.add_column("name", overflow="fold")
    for operation in operations:
        cells = (
            Text(operation.id, style="bold"),
            Text(_request(operation)),
            Text(_name(operation, language)),
        )
        table.add_row(*cells[: len(table.columns)])
    return table


def selector_table(operations: Iterable[Operation]) -> Table:
    """Return a table of operations with the same method and path, with the conditions that select each."""
    table = _table()
    for title in ("operation", "selected by"):
        table.add_column(title, overflow="fold")
    for operation in operations:
        table.add_row(Text(operation.id, style="bold"), Text(_conditions(operation) or "any other request"))
    return table


def operation_details(
    service: str, operation: Operation, language: str = DEFAULT
) -> Iterator[RenderableType]:
    """Yield the facts of an operation: request, link, statuses, parameters and fields."""
    yield Text(operation.id, style="bold").append(f": {_name(operation, language)}", style="bold")
    yield Text(_request(operation), style="cyan")
    yield Text(link(service, operation), style="dim")
    for title, text in (
        ("real path", operation.actual_path),
        ("selected by", _conditions(operation)),
        ("microversions", _range(operation.min_version, operation.max_version)),
        ("these facts in", _range(operation.since, operation.until)),
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


def _name(operation: Operation, language: str) -> str:
    return visible(pick(operation_names(operation), language), _LONGEST_NAME)


def _request(operation: Operation) -> str:
    return f"{operation.method} {operation.path}"


def _conditions(operation: Operation) -> str:
    """Return the conditions of the selector, separated by commas."""
    selector = operation.selector
    if selector.never:
        return "no request"
    addresses = (f"{name} is an IP address" for name in selector.address)
    return ", ".join((*selector.query, *selector.body, *addresses))


def _range(first: str, last: str) -> str:
    """Return ``2.5–2.40``, ``2.5–``, ``–2.40``, or an empty text without limits."""
    return f"{first}–{last}" if first or last else ""


def _table() -> Table:
    return Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
