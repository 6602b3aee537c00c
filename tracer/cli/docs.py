"""``tracer docs``: recordings as pages of documentation."""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path

from tracer.cli.parsing import add_recordings, add_sequences, include_sequences
from tracer.releases import canonical

__all__ = ["arguments", "run"]

_BUILD = "pip install mkdocs-material 'mkdocs<2'"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options for the recordings, the output folder and the pages."""
    add_recordings(parser)
    add_sequences(parser)
    parser.add_argument(
        "-o",
        "--output",
        metavar="DIR",
        type=Path,
        required=True,
        help="Folder of the site; may be there already.",
    )
    parser.add_argument(
        "--lang",
        metavar="LANG",
        default="en",
        help="Language of the pages: en (default) or ko. One site has one.",
    )
    parser.add_argument("--release", metavar="R", type=canonical, help="Only the recordings of this release.")
    parser.add_argument(
        "--diagrams",
        choices=["mermaid", "svg"],
        default="mermaid",
        help="Diagrams as Mermaid text, which readers' browsers draw (default), or as pictures.",
    )


def run(options: argparse.Namespace) -> None:
    """Write the pages of the site. Leave a file unchanged if somebody has edited it."""
    include_sequences(options)
    from tracer.cli.console import stderr
    from tracer.recording import below
    from tracer.rendering.pages import publish

    with stderr().status("") as status:
        published = publish(
            below(options.recordings, again=False),
            options.output,
            options.lang,
            release=options.release,
            diagrams=options.diagrams,
            progress=status.update,
        )
    for path in published.protected:
        print(
            f"tracer: {options.output / path} is not as tracer docs left it, so it stays as it is; "
            "delete it to have it made anew",
            file=sys.stderr,
        )
    counts = {
        "written": published.written,
        "unchanged": published.unchanged,
        "kept": published.protected,
        "removed": published.removed,
    }
    summary = ", ".join(f"{len(paths)} {result}" for result, paths in counts.items() if paths)
    print(f"{options.output}: {summary}")
    print(f"next: {_BUILD}; mkdocs serve -f {shlex.quote(str(options.output / 'mkdocs.yml'))}")
