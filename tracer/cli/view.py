"""``tracer view``: recordings as one HTML page."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tracer.cli.options import (
    add_language,
    add_out,
    add_own_sequences,
    add_recordings,
    check_output,
    include_sequences,
)
from tracer.errors import InputError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

__all__ = ["arguments", "run"]


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options for the recordings and the page."""
    add_recordings(parser)
    add_own_sequences(parser)
    add_out(
        parser,
        "FILE",
        "Without it, a file beside the recording, under its name, view.html for several; with --open, a "
        "temporary file.",
    )
    parser.add_argument("--open", action="store_true", help="Open the page in the browser.")
    add_language(parser)


def run(options: argparse.Namespace) -> int:
    """Write the page, print its path, and open it with ``--open``. Return 1 if no browser starts."""
    include_sequences(options)
    from tracer.recording import below

    paths = below(options.recordings, again=False)
    output: Path = options.out or _default(paths, temporary=options.open)
    if output.suffix.lower() not in {".html", ".htm"}:
        raise InputError(str(output), "a page's name ends in .html")
    check_output(output, paths)
    from tracer.cli.console import stderr
    from tracer.i18n import section
    from tracer.recording import load
    from tracer.rendering.view import view
    from tracer.storage import write

    section(options.lang, "view")
    with stderr().status("reading…") as status:
        recordings = {name: load(path) for name, path in zip(_names(paths), paths, strict=True)}
        status.update("writing…")
        write(output, view(recordings, options.lang))
    print(output)
    return _open(output) if options.open else 0


def _default(paths: Sequence[Path], *, temporary: bool) -> Path:
    """Return the page beside the recordings, or in a new temporary folder, which no other user can read."""
    beside = _beside(paths)
    if not temporary:
        return beside
    import tempfile

    return Path(tempfile.mkdtemp(prefix="tracer-")) / beside.name


def _beside(paths: Sequence[Path]) -> Path:
    if len(paths) == 1:
        return paths[0].with_suffix(".html")
    folder = os.path.commonpath([path.absolute().parent for path in paths])
    return Path(os.path.relpath(folder)) / "view.html"


def _names(paths: Sequence[Path]) -> list[str]:
    """Return unique names: the stem of a single file, else folder and stem, or the path if these repeat."""
    if len(paths) == 1:
        return [paths[0].stem]
    short = [f"{path.absolute().parent.name}/{path.stem}" for path in paths]
    return short if len(set(short)) == len(short) else [str(path.with_suffix("")) for path in paths]


def _open(page: Path) -> int:
    import webbrowser

    if webbrowser.open(page.absolute().as_uri()):
        return 0
    print(f"tracer: no browser could be started; open {page} in one", file=sys.stderr)
    return 1
