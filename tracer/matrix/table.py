"""The cells of a matrix as a table: a row for each command, a column for each release."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from rich import box
from rich.table import Table
from rich.text import Text

from tracer.matrix.cells import Cell, CellVerdict

__all__ = ["Changed", "legend", "tables"]

Changed = Callable[[Cell, Cell], bool]
"""A function that returns whether the behaviour of two cells differs."""

_SIGNS: Mapping[CellVerdict, tuple[str, str, str]] = {
    "conforms": ("✓", "green", "conforms"),
    "recorded": ("·", "", "recorded, no sequence documented"),
    "refused": ("x", "", "refused, as the suite expects"),
    "deviates": ("!", "bold red", "deviates"),
    "undetermined": ("?", "yellow", "undetermined: evidence is missing"),
    "accepted": ("a", "bold red", "not refused, though the suite expects it"),
    "failed": ("F", "bold red", "failed"),
    "missing": ("-", "dim", "not recorded"),
    "unavailable": ("/", "dim", "the release does not have the role"),
}
_CHANGED = "*"


def tables(cells: Sequence[Cell], releases: Sequence[str], changed: Changed) -> list[Table]:
    """Return a table for each client, or a single table if each release was recorded with its own client.

    A table shows the verdict (a sign) and the number of messages of each command on each release. A cell has
    a mark if ``changed`` is true for the last recorded cell before it in the row and the cell itself.
    """
    own = all(cell.client == cell.release for cell in cells)
    clients = [""] if own else list(dict.fromkeys(cell.client for cell in cells))
    return [_table(cells, releases, changed, client) for client in clients]


def legend(cells: Sequence[Cell]) -> str:
    """Return the meanings of the signs that occur in the tables."""
    used = {cell.verdict for cell in cells if not _aside(cell)}
    signs = [f"{sign} {meaning}" for verdict, (sign, _, meaning) in _SIGNS.items() if verdict in used]
    return " · ".join([*signs, "number: messages", f"{_CHANGED} changed from the release before"])


def _table(cells: Sequence[Cell], releases: Sequence[str], changed: Changed, client: str) -> Table:
    rows = {
        (cell.name, cell.release): cell
        for cell in cells
        if (not client or cell.client == client) and not _aside(cell)
    }
    recorded = {release for _, release in rows}
    releases = [release for release in releases if release in recorded]
    title = f"client of {client}" if client else None
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, padding=0, show_edge=False)
    table.add_column("command", overflow="fold")
    for release in releases:
        table.add_column(release, no_wrap=True)
    for name in dict.fromkeys(name for name, _ in rows):
        table.add_row(name, *_row([rows.get((name, release)) for release in releases], changed))
    return table


def _row(cells: Sequence[Cell | None], changed: Changed) -> Iterator[Text]:
    before: Cell | None = None
    for cell in cells:
        if cell is None:
            yield Text("-", style="dim")
            continue
        sign, style, _ = _SIGNS[cell.verdict]
        text = Text(f"{sign} {cell.messages or '':>2}".rstrip(), style=style)
        if cell.recording:
            if before and changed(before, cell):
                text.append(_CHANGED, style="bold yellow")
            before = cell
        yield text


def _aside(cell: Cell) -> bool:
    return cell.name.startswith("(")
