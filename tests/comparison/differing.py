"""Differences of two runs, as short values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.comparison.runs import exchange, run
from tracer.comparison import Comparison, compare

if TYPE_CHECKING:
    from tracer.model import Exchange

A, B = "0b1c2d3e-0000-4000-8000-000000000001", "0b1c2d3e-0000-4000-8000-000000000002"


def lines(found: Comparison) -> list[tuple[str, str, str]]:
    return [(one.severity, one.kind, one.place) for one in found.differences]


def kinds(before: Exchange, after: Exchange) -> list[str]:
    return [one.kind for one in compare(run(before), run(after)).differences]


def bodies(before: Any, after: Any, **further: Any) -> Comparison:
    return compare(run(exchange(body=before)), run(exchange(body=after)), **further)
