"""``tracer show``: a recording as a table of messages."""

from __future__ import annotations

import argparse
from pathlib import Path

__all__ = ["arguments", "run"]


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which recordings."""
    parser.add_argument("recordings", metavar="RECORDING", type=Path, nargs="+", help="Recordings to show.")


def run(options: argparse.Namespace) -> None:
    """Print a table of each recording, and its verdict."""
    from tracer.cli.console import stdout
    from tracer.recording import load
    from tracer.rendering.table import table, verdict_line

    console = stdout()
    for path in options.recordings:
        recording = load(path)
        console.print(table(recording))
        console.print(verdict_line(recording), soft_wrap=True)
