"""``tracer docs``: recordings as pages of documentation."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING

from tracer.cli.options import (
    add_diagram,
    add_language,
    add_out,
    add_own_sequences,
    add_recordings,
    add_release,
    include_sequences,
)
from tracer.writability import check_folder, naming_option

if TYPE_CHECKING:
    import argparse

__all__ = ["arguments", "run"]

_BUILD = "pip install mkdocs-material 'mkdocs<2'"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options for the recordings, the output folder and the pages."""
    add_recordings(parser)
    add_own_sequences(parser)
    add_out(parser, "DIR", "The site may be there already.", required=True)
    add_language(parser, "A site has one language.")
    add_release(parser, "Without it, the recordings of all releases.")
    add_diagram(parser, "mmd is Mermaid text, which readers' browsers draw; svg is a picture.", several=False)


def run(options: argparse.Namespace) -> None:
    """Write the pages of the site. Leave a file unchanged if somebody has edited it."""
    include_sequences(options)
    with naming_option("--out"):
        check_folder(options.out)
    from tracer.cli.progress import progress
    from tracer.recording import below
    from tracer.rendering.pages import publish

    with progress() as show:
        published = publish(
            below(options.recordings, again=False),
            options.out,
            options.lang,
            release=options.release,
            diagrams="svg" if options.diagram == "svg" else "mermaid",
            progress=show,
        )
    for path in published.protected:
        print(
            f"tracer: {options.out / path} is not as tracer docs left it, so it stays as it is; "
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
    print(f"{options.out}: {summary}")
    print(f"next: {_BUILD}; mkdocs serve -f {shlex.quote(str(options.out / 'mkdocs.yml'))}")
