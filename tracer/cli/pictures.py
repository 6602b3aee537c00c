"""Output of diagrams, as text or as pictures."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tracer.errors import InputError

if TYPE_CHECKING:
    from tracer.rendering.picture import Theme

__all__ = ["DIAGRAMS", "check_diagram", "put_diagram", "warn"]

_TEXT = (".mmd", ".mermaid")
_PICTURES = (".svg", ".png")
DIAGRAMS = (*_TEXT, *_PICTURES)
"""The suffixes of diagram files."""


def check_diagram(output: Path | None, theme: Theme) -> None:
    """Raise InputError if the suffix of ``output`` is not that of a diagram, or does not allow ``theme``."""
    suffix = output.suffix.lower() if output else _TEXT[0]
    if suffix not in DIAGRAMS:
        raise InputError(str(output), "unknown kind of diagram; a name ends in .mmd, .svg or .png")
    if suffix in _TEXT and theme != "light":
        raise InputError(
            "--theme", "Mermaid text has no colours of its own; -o x.svg or x.png draws a picture"
        )


def put_diagram(output: Path | None, texts: Sequence[str], theme: Theme) -> None:
    """Write the parts of a diagram to ``output`` in the format of its suffix, or print them for None."""
    if output is None:
        for number, text in enumerate(texts, 1):
            sys.stdout.write(f"%% part {number} of {len(texts)}\n" if len(texts) > 1 else "")
            sys.stdout.write(text)
        return
    from tracer.cli.console import stderr
    from tracer.storage import write_parts

    suffix = output.suffix.lower()
    written = write_parts(output, texts if suffix in _TEXT else _drawn(texts, suffix, theme))
    parts = f"{len(written)} parts, from {written[0]} to {written[-1].name}"
    stderr().out(f"wrote {parts if len(written) > 1 else written[0]}", highlight=False)


def _drawn(texts: Sequence[str], suffix: str, theme: Theme) -> list[str | bytes]:
    from tracer.cli.console import stderr
    from tracer.rendering.drawing import check_length
    from tracer.rendering.fonts import PACKAGE, unpaintable
    from tracer.rendering.picture import render

    check_length(texts)
    drawn: list[str | bytes] = []
    with stderr().status("drawing…") as status:
        for number, text in enumerate(texts, 1):
            if len(texts) > 1:
                status.update(f"drawing part {number} of {len(texts)}…")
            drawn.append(
                render(text, "svg", theme).decode() if suffix == ".svg" else render(text, "png", theme)
            )
    if suffix == ".png" and (missing := unpaintable("".join(texts))):
        shown = missing[:10] + ("…" if len(missing) > 10 else "")
        warn(f"no font here can show {shown}: install one that can, such as that of the package {PACKAGE}")
    return drawn


def warn(text: str) -> None:
    """Print a warning as one line on stderr."""
    from tracer.rendering.texts import visible

    print(f"tracer: {visible(text, 400)}", file=sys.stderr)
