"""``tracer show``: a recording as a table of messages."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["show"]


def show(
    recordings: Annotated[list[Path], typer.Argument(metavar="RECORDING…", help="Recordings to show.")],
) -> None:
    """Show recordings as tables: each message with its step, status and verdict."""
    from tracer.cli.console import stdout
    from tracer.recording import load
    from tracer.rendering.table import table, verdict_line

    console = stdout()
    for path in recordings:
        recording = load(path)
        console.print(table(recording))
        console.print(verdict_line(recording), soft_wrap=True)
