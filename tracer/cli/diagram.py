"""``tracer diagram``: a recording as a sequence diagram."""

from __future__ import annotations

import argparse
from pathlib import Path

from tracer.cli.parsing import add_sequences, check_output, include_sequences
from tracer.cli.pictures import check_diagram, put_diagram, warn

__all__ = ["arguments", "run"]


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options for the recording, the output and the style."""
    parser.add_argument("recording", metavar="RECORDING", type=Path, help="The recording to draw.")
    add_sequences(parser)
    parser.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        type=Path,
        help="File to write: .mmd, .svg or .png; without it, stdout. A diagram of more than 60 messages is "
        "written in parts: x-part1.svg, x-part2.svg, ….",
    )
    parser.add_argument(
        "--fold", action="store_true", help="Hide the messages of logging in, which many commands begin with."
    )
    parser.add_argument(
        "--timing", action="store_true", help="Say when each request was sent and how long its response took."
    )
    parser.add_argument("--title", metavar="TEXT", default="", help="What stands above the diagram.")
    parser.add_argument(
        "--lang",
        metavar="CODE",
        default="en",
        help="Language of the words that the diagram adds: en or ko. Korean in a .png needs a font for it, "
        "such as that of Debian's package fonts-noto-cjk.",
    )
    parser.add_argument(
        "--theme", choices=("light", "dark"), default="light", help="Colours of a picture: light or dark."
    )


def run(options: argparse.Namespace) -> None:
    """Print or write the diagram."""
    include_sequences(options)
    check_diagram(options.output, options.theme)
    if options.output is not None:
        check_output(options.output, [options.recording])
    put_diagram(options.output, _texts(options), options.theme)


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
