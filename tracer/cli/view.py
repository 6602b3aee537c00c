"""``tracer view``: recordings as one HTML page."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from tracer.archives import on_disk
from tracer.cli.options import (
    add_language,
    add_open,
    add_out,
    add_own_sequences,
    add_recordings,
    add_sequence,
    check_output,
    chosen_sequence,
)
from tracer.cli.view_page import default_name, open_page, temporary_page, unique_names
from tracer.errors import InputError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

__all__ = ["arguments", "run"]


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options for the recordings and the page."""
    add_recordings(parser)
    add_sequence(parser, "Without it, the labels in the file.")
    add_own_sequences(parser)
    add_out(
        parser,
        "FILE",
        "Without it, a file beside the recording, under its name, view.html for several; with --open, a "
        "temporary file.",
    )
    add_open(parser)
    add_language(parser)


def run(options: argparse.Namespace) -> int:
    """Write the page, print its path, and open it with ``--open``. Return 1 if no browser starts."""
    sequence = chosen_sequence(options)
    from tracer.recording import below

    paths = below(options.recordings, again=False)
    output: Path = options.out or (temporary_page(paths) if options.open else _beside(paths))
    if output.suffix.lower() not in {".html", ".htm"}:
        raise InputError(str(output), "a page's name ends in .html")
    from tracer.cli.progress import counted_items, progress
    from tracer.i18n import check_language
    from tracer.recording import load
    from tracer.rendering.view import view
    from tracer.sequences import relabel
    from tracer.storage import write

    check_language(options.lang)
    with progress() as show:
        names = dict(zip(paths, unique_names(paths), strict=True))
        recordings = {
            names[path]: relabel(load(path), sequence) for path in counted_items(paths, show, "reading")
        }
        check_output(output, paths)  # after the reading, whose error names the kind of a wrong file
        show(f"writing {output}")
        write(output, view(recordings, options.lang))
    print(output)
    return 0 if not options.open or open_page(output) else 1


def _beside(paths: Sequence[Path]) -> Path:
    """Return the path of the page beside the recordings."""
    if len(paths) == 1:
        return on_disk(paths[0]).with_name(default_name(paths))
    folder = os.path.commonpath([on_disk(path).absolute().parent for path in paths])
    return Path(os.path.relpath(folder)) / default_name(paths)
