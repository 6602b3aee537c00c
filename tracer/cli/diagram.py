"""``tracer diagram``: a recording as a sequence diagram, or in another format."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tracer.cli.export_output import DIAGRAMS, check_theme, export, put_parts
from tracer.cli.options import (
    add_fold,
    add_format,
    add_language,
    add_out,
    add_own_sequences,
    add_sequence,
    add_theme,
    check_output,
    chosen_sequence,
)
from tracer.errors import InputError
from tracer.plugins import ExportOptions
from tracer.rendering.format_tables import EXPORTERS

if TYPE_CHECKING:
    import argparse

__all__ = ["arguments", "run"]


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options for the recording, the output and the style."""
    parser.add_argument("recording", metavar="RECORDING", type=Path, help="The recording to draw.")
    add_sequence(parser, "Without it, the labels in the file.")
    add_own_sequences(parser)
    add_format(
        parser,
        EXPORTERS,
        "A plug-in may add formats. Without it, the suffix of -o FILE decides, else mmd.",
    )
    add_out(
        parser,
        "FILE",
        "Its suffix is .mmd, .svg or .png. Without it, stdout. More than 60 messages make parts: "
        "x-part1.svg, x-part2.svg, ….",
    )
    add_fold(parser)
    parser.add_argument("--timing", action="store_true", help="Show the times of requests and responses.")
    parser.add_argument("--title", metavar="TEXT", default="", help="Title above the diagram.")
    add_language(parser, "A .png in Korean needs a Korean font, such as Debian's fonts-noto-cjk.")
    add_theme(parser)


def run(options: argparse.Namespace) -> None:
    """Print or write the recording in the chosen format."""
    sequence = chosen_sequence(options)
    kind = _kind(options.format, options.out)
    check_theme(kind, options.theme)
    if options.out is not None:
        files = [*options.add_sequence, *([] if options.sequence is None else [options.sequence])]
        check_output(options.out, [options.recording, *map(Path, files)])
    from tracer.cli.progress import progress
    from tracer.recording import load
    from tracer.sequences import relabel

    with progress() as show:
        show(f"reading {options.recording}")
        recording = relabel(load(options.recording), sequence)
    given = ExportOptions(
        fold=options.fold,
        timing=options.timing,
        title=options.title,
        language=options.lang,
        theme=options.theme,
    )
    put_parts(options.out, export(lambda full: EXPORTERS.run(kind, recording, full), given), kind)


def _kind(name: str | None, output: Path | None) -> str:
    """Return the format: the given one, else the format of the suffix of ``output``."""
    suffix = "" if output is None else output.suffix
    if name is not None or output is None:
        return name or "mmd"
    if suffix.lower() in DIAGRAMS:
        return DIAGRAMS[suffix.lower()]
    if suffix[1:] in EXPORTERS:
        return suffix[1:]
    problem = f"unknown kind of diagram; a name ends in {', '.join(f'.{kind}' for kind in EXPORTERS.names())}"
    raise InputError(str(output), f"{problem}, or --format names a format")
