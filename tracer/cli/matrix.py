"""``tracer matrix``: suites of commands, recorded on the clouds of several releases."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tracer.matrix import Cell

__all__ = ["arguments", "run"]


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which releases and suites, and where to write."""
    parser.add_argument(
        "--releases",
        metavar="RELEASES",
        required=True,
        help="Comma-separated releases and ranges of them, such as zed,2026.2 or zed..2026.2.",
    )
    parser.add_argument(
        "--suite",
        metavar="SUITE",
        action="append",
        default=[],
        help="Suite of commands to record; may be given again (default: all suites).",
    )
    parser.add_argument(
        "-o",
        "--out",
        metavar="DIR",
        type=Path,
        default=Path("recordings"),
        help="Folder to write to; each release is a folder in it (default: %(default)s).",
    )
    parser.add_argument(
        "--diagram",
        metavar="KINDS",
        default="mmd",
        help="Comma-separated kinds of diagram: mmd, svg, png (default: %(default)s).",
    )


def run(options: argparse.Namespace) -> int:
    """Record, print the table, and give 1 where a command failed or deviates."""
    from tracer.cli.console import progress, stdout
    from tracer.matrix import Order, record_suites, select_releases, select_suites, table
    from tracer.rendering import draw

    releases = select_releases(options.releases)
    suites = select_suites(options.suite)
    order = Order(options.out, tuple(filter(None, options.diagram.split(","))), draw)
    cells: list[Cell] = []

    def done(cell: Cell) -> None:
        cells.append(cell)
        if not cell.good:
            print(f"tracer: {_complaint(cell)}", file=sys.stderr)

    with progress() as show:
        for release in releases:
            record_suites(release, suites, order, done, show)
    stdout().print(table(cells, releases))
    written = sum(cell.path is not None for cell in cells)
    print(f"{written} recordings below {options.out}")
    return 0 if all(cell.good for cell in cells) else 1


def _complaint(cell: Cell) -> str:
    from tracer.rendering.table import verdict_line
    from tracer.rendering.texts import visible

    said = cell.problem
    if cell.recording and not said:
        said = str(verdict_line(cell.recording))
    return f"{cell.release} {cell.name}: {visible(said, 1000)}"
