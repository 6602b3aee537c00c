"""Output of diagrams and other exports, to files or to stdout."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tracer.errors import InputError
from tracer.plugins import ExportOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from tracer.rendering.picture import Theme

__all__ = ["DIAGRAMS", "check_diagram", "check_theme", "export", "put_diagram", "put_parts", "warn"]

DIAGRAMS = {".mmd": "mmd", ".mermaid": "mmd", ".svg": "svg", ".png": "png"}
"""The formats of diagram files by suffix."""


def check_diagram(output: Path | None, theme: Theme) -> None:
    """Raise InputError if the suffix of ``output`` is not that of a diagram, or does not allow ``theme``."""
    suffix = output.suffix.lower() if output else ".mmd"
    if suffix not in DIAGRAMS:
        raise InputError(str(output), "unknown kind of diagram; a name ends in .mmd, .svg or .png")
    check_theme(DIAGRAMS[suffix], theme)


def check_theme(kind: str, theme: Theme) -> None:
    """Raise InputError if Mermaid text is to have another theme than the usual one."""
    if kind == "mmd" and theme != "light":
        raise InputError(
            "--theme", "Mermaid text has no colours of its own; -o x.svg or x.png draws a picture"
        )


def put_diagram(output: Path | None, texts: Sequence[str], theme: Theme) -> None:
    """Write the parts of a diagram to ``output`` in the format of its suffix, or print them for None."""
    kind = DIAGRAMS[output.suffix.lower()] if output else "mmd"
    if kind == "mmd":
        put_parts(output, texts, kind)
        return
    from tracer.rendering.drawing import pictures

    parts = export(
        lambda options: pictures(texts, "png" if kind == "png" else "svg", options),
        ExportOptions(theme=theme),
    )
    put_parts(output, parts, kind)


def export(
    exporter: Callable[[ExportOptions], Sequence[str | bytes]], options: ExportOptions
) -> Sequence[str | bytes]:
    """Return the result of ``exporter``. Show its progress and its warnings on stderr."""
    from tracer.cli.progress import progress

    warnings: list[str] = []
    with progress() as show:
        show("drawing")
        parts = exporter(options._replace(progress=show, warn=warnings.append))
    for text in warnings:
        warn(text)
    return parts


def put_parts(output: Path | None, parts: Sequence[str | bytes], kind: str) -> None:
    """Write the parts of an export to ``output``, or print them for None. Name the files on stderr."""
    if output is None:
        _print_parts(parts, kind)
        return
    from tracer.cli.console import stderr
    from tracer.storage import write_parts

    written = write_parts(output, parts)
    several = f"{len(written)} parts, from {written[0]} to {written[-1].name}"
    stderr().out(f"wrote {several if len(written) > 1 else written[0]}", highlight=False)


def _print_parts(parts: Sequence[str | bytes], kind: str) -> None:
    from tracer.cli.console import print_text
    from tracer.rendering.format_tables import EXPORTERS

    if len(parts) > 1 and kind != "mmd":
        raise InputError("--format", f"the {kind} has {len(parts)} parts: name a file with -o")
    for number, part in enumerate(parts, 1):
        if isinstance(part, bytes):
            _print_bytes(part, kind)
            continue
        if len(parts) > 1:
            sys.stdout.write(f"%% part {number} of {len(parts)}\n")
        print_text(part, trusted=kind in [*EXPORTERS])


def _print_bytes(content: bytes, kind: str) -> None:
    if sys.stdout.isatty():
        raise InputError("--format", f"{kind} is not text for a terminal: name a file with -o")
    sys.stdout.flush()
    sys.stdout.buffer.write(content)


def warn(text: str) -> None:
    """Print a warning as one line on stderr."""
    from tracer.rendering.visible_texts import visible

    print(f"tracer: {visible(text, 400)}", file=sys.stderr)
