"""``tracer diagram``: a recording as a sequence diagram."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tracer.errors import InputError

__all__ = ["arguments", "run"]

_TEXT = {".mmd", ".mermaid"}
_PICTURES = {".svg", ".png"}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which recording, and where to."""
    parser.add_argument("recording", metavar="RECORDING", type=Path, help="The recording to draw.")
    parser.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        type=Path,
        help="File to write: .mmd, .svg or .png; without it, stdout.",
    )


def run(options: argparse.Namespace) -> None:
    """Print or write the diagram."""
    output: Path | None = options.output
    if output is not None and output.suffix.lower() not in _TEXT | _PICTURES:
        raise InputError(str(output), "unknown kind of diagram; a name ends in .mmd, .svg or .png")
    from tracer.output import write
    from tracer.recording import load
    from tracer.rendering.mermaid import mermaid

    text = mermaid(load(options.recording))
    if output is None:
        sys.stdout.write(text)
        return
    suffix = output.suffix.lower()
    if suffix in _TEXT:
        write(output, text)
        return
    from tracer.cli.console import stderr
    from tracer.rendering.picture import render

    with stderr().status("drawing…"):
        picture = render(text, "svg" if suffix == ".svg" else "png")
    write(output, picture)
