"""Changes of behaviour from one cell to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.comparison import NOTHING, Learned, compare, learn

if TYPE_CHECKING:
    from tracer.matrix.cells import Cell

__all__ = ["changed"]


def changed(before: Cell, after: Cell) -> bool:
    """Return whether two cells differ. Differences between the two recordings of one cell are volatile."""
    if before.recording is None or after.recording is None:
        return False
    learned = _learned(before) | _learned(after)
    return bool(compare(before.recording, after.recording, learned).differences)


def _learned(cell: Cell) -> Learned:
    return learn(cell.recording, cell.again) if cell.recording and cell.again else NOTHING
