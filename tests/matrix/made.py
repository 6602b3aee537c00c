"""Cells and recordings as a matrix makes them, without a cloud."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.sequences import runs
from tracer.matrix import Suite, load
from tracer.matrix.problems import Problem
from tracer.model import FORMAT, Exchange, Output, Recording, RunVerdict

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

PROBLEM = Problem(kind="output", reason="it failed")
SUITE = """\
name: mine
commands:
- {name: images, run: openstack image list}
- {name: users, run: openstack user list}
"""


def suite(folder: Path, text: str = SUITE) -> Suite:
    path = folder / "mine.yaml"
    path.write_text(text)
    return load(path)


def recording(
    verdict: RunVerdict | None, exchanges: Sequence[Exchange] | None = None, code: int = 0
) -> Recording:
    made = runs.by_id() if exchanges is None else list(exchanges)
    return Recording(
        format=FORMAT,
        command=None,
        recorded="2026-01-01T00:00:00Z",
        verdict=verdict,
        exchanges=made,
        output=Output(exit=code),
    )
