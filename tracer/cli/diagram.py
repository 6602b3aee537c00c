"""``tracer diagram``: a recording as a sequence diagram."""

from __future__ import annotations

import argparse
from pathlib import Path

from tracer.cli.options import (
    add_fold,
    add_language,
    add_out,
    add_own_sequences,
    add_theme,
    check_output,
    include_sequences,
)
from tracer.cli.pictures import check_diagram, put_diagram, warn

__all__ = ["arguments", "run"]


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options for the recording, the output and the style."""
    parser.add_argument("recording", metavar="RECORDING", type=Path, help="The recording to draw.")
    add_own_sequences(parser)
    add_out(
        parser,
        "FILE",
        "Its name ends in .mmd, .svg or .png; without it, stdout. A diagram of more than 60 messages is "
        "written in parts: x-part1.svg, x-part2.svg, ….",
    )
    add_fold(parser)
    parser.add_argument(
        "--timing", action="store_true", help="Say when each request was sent and how long its response took."
    )
    parser.add_argument("--title", metavar="TEXT", default="", help="What stands above the diagram.")
    add_language(
        parser, "Korean in a .png needs a font for it, such as that of Debian's package fonts-noto-cjk."
    )
    add_theme(parser)


def run(options: argparse.Namespace) -> None:
    """Print or write the diagram."""
    include_sequences(options)
    check_diagram(options.out, options.theme)
    if options.out is not None:
        check_output(options.out, [options.recording])
    put_diagram(options.out, _texts(options), options.theme)


def _texts(options: argparse.Namespace) -> list[str]:
    from tracer.recording import load
    from tracer.rendering.mermaid import mermaid_parts
    from tracer.rendering.style import Style

    recording = load(options.recording)
    style = Style(fold=options.fold, timing=options.timing, title=options.title, language=options.lang)
    texts = mermaid_parts(recording, style)
    if options.fold and texts == mermaid_parts(recording, style._replace(fold=False)):
        warn("--fold hides nothing here: the recording does not begin with messages of logging in")
    return texts
