"""The cells of a matrix as a table: a row for each command, a column for each release."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.table import Table
from rich.text import Text

from tracer.matrix.cells import Cell

__all__ = ["table"]

_STYLES = {"conforms": "green", "recorded": "", "deviates": "bold red", "failed": "bold red"}


def table(cells: Sequence[Cell], releases: Sequence[str]) -> Table:
    """The verdict and the number of messages of each command on each of ``releases``."""
    made = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
    made.add_column("command", overflow="fold")
    for release in releases:
        made.add_column(release, overflow="fold")
    found = {(cell.name, cell.release): cell for cell in cells}
    for name in dict.fromkeys(cell.name for cell in cells):
        made.add_row(name, *(_entry(found.get((name, release))) for release in releases))
    return made


def _entry(cell: Cell | None) -> Text:
    if cell is None:
        return Text("-", style="dim")
    text = f"{cell.verdict} · {cell.messages}" if cell.messages else cell.verdict
    return Text(text, style=_STYLES[cell.verdict])
