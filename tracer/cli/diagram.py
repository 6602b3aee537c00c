"""``tracer diagram``: a recording as a sequence diagram."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from tracer.errors import InputError

__all__ = ["diagram"]

_TEXT = {".mmd", ".mermaid"}
_PICTURES = {".svg", ".png"}


def diagram(
    recording: Annotated[Path, typer.Argument(help="The recording to draw.")],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="File to write: .mmd, .svg or .png; without it, stdout."),
    ] = None,
) -> None:
    """Draw a recording as a Mermaid sequence diagram, as text or as a picture."""
    if output is not None and output.suffix.lower() not in _TEXT | _PICTURES:
        raise InputError(str(output), "unknown kind of diagram; a name ends in .mmd, .svg or .png")
    from tracer.output import write
    from tracer.recording import load
    from tracer.rendering.mermaid import mermaid

    text = mermaid(load(recording))
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
