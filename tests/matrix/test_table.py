"""The matrix as a table, and what a cell comes to."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from tests.sequences import runs
from tracer.matrix import Cell, table
from tracer.model import Exchange, Recording, RunVerdict


def recording(verdict: RunVerdict | None, exchanges: list[Exchange] | None = None) -> Recording:
    made = runs.by_id() if exchanges is None else exchanges
    return Recording(format=1, command=None, recorded="2026-01-01T00:00:00Z", verdict=verdict, exchanges=made)


@pytest.mark.parametrize(
    ("cell", "verdict", "messages", "good"),
    [
        (Cell("zed", "a", recording("conforms")), "conforms", 8, True),
        (Cell("zed", "a", recording(None)), "recorded", 8, True),
        (Cell("zed", "a", recording("deviates")), "deviates", 8, False),
        (Cell("zed", "a", recording("conforms"), problem="it failed"), "failed", 8, False),
        (Cell("zed", "a", problem="no such command"), "failed", 0, False),
        (Cell("zed", "a", recording("deviates", [runs.show(status=None)])), "deviates", 1, False),
    ],
)
def test_a_cell(cell: Cell, verdict: str, messages: int, good: bool) -> None:
    assert (cell.verdict, cell.messages, cell.good) == (verdict, messages, good)


def test_a_row_for_each_command_and_a_column_for_each_release() -> None:
    cells = [
        Cell("zed", "image-show", recording("conforms")),
        Cell("zed", "image-set", problem="it failed"),
        Cell("2026.2", "image-show", recording("deviates")),
    ]
    console = Console(width=80, record=True, file=io.StringIO())
    console.print(table(cells, ["zed", "2026.2"]))
    lines = [line.split() for line in console.export_text().splitlines()]
    assert lines[0] == ["command", "zed", "2026.2"]
    assert lines[2] == ["image-show", "conforms", "·", "8", "deviates", "·", "8"]
    assert lines[3] == ["image-set", "failed", "-"]
