"""A benchmark's table: what a part gives, and how figures are written."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Table", "ratio", "spread"]


class Table(NamedTuple):
    """What one part measured. ``notes`` say how, and what the figures do not say; ``picture`` is an SVG."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    notes: Sequence[str] = ()
    picture: str = ""

    def markdown(self, picture: str = "") -> str:
        """The table under its title, followed by its notes and, if it was written, its ``picture``."""
        lines = [self.columns, ["---"] * len(self.columns), *self.rows]
        table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
        shown = [f"![{self.title}]({picture})"] if picture else []
        return "\n\n".join([f"## {self.title}", table, *self.notes, *shown])


def spread(values: Sequence[float], digits: int = 0) -> str:
    """The median, with the lowest and the highest value."""
    middle, low, high = statistics.median(values), min(values), max(values)
    return f"{middle:.{digits}f} ({low:.{digits}f}–{high:.{digits}f})"


def ratio(values: Sequence[float], peers: Sequence[float]) -> str:
    """Return the median of the ratios to the peer's values of the same round, or a dash without any.

    Skip a round in which the peer has 0: a busy machine may do nothing in a short round.
    """
    ratios = [value / peer for value, peer in zip(values, peers, strict=True) if peer]
    return f"{statistics.median(ratios):.2f}" if ratios else "–"
