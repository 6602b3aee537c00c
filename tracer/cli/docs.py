"""``tracer docs``: recordings as pages of documentation."""

from __future__ import annotations

import shlex
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from tracer.archives import on_disk
from tracer.cli.options import (
    add_diagram,
    add_language,
    add_out,
    add_own_sequences,
    add_recordings,
    add_release,
    add_sequence,
    chosen_sequence,
)
from tracer.counting import counted
from tracer.errors import InputError
from tracer.writability import check_folder, naming_option

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator

    from tracer.rendering.pages import Published

__all__ = ["arguments", "run"]

_INSTALL = "pip install mkdocs-material 'mkdocs<2'"
_INSTALL_LANGUAGES = "pip install mkdocs-material mkdocs-static-i18n 'mkdocs<2'"

_SHOWN = 5
"""The most files with the same result that are named."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options for the recordings, the output folder and the pages."""
    add_recordings(parser)
    add_sequence(parser, "Without it, the labels in the file.")
    add_own_sequences(parser)
    add_out(parser, "DIR", "The site may be there already.", required=True)
    add_language(parser, "Without it, all languages.", default=None)
    add_release(parser, "Without it, the recordings of all releases.")
    add_diagram(parser, "mmd is Mermaid text, which readers' browsers draw; svg is a picture.", several=False)
    parser.add_argument(
        "--host",
        metavar="URL",
        help="Host in place of 127.0.0.1, localhost and ::1 in the pages, such as http://controller. "
        "Recordings stay as they are.",
    )


def run(options: argparse.Namespace) -> None:
    """Write the pages of the site. Keep what a person wrote."""
    sequence = chosen_sequence(options)
    with naming_option("--out"):
        check_folder(options.out)
    _check_apart(options.out, options.recordings)
    from tracer.cli.progress import progress
    from tracer.recording import below
    from tracer.rendering.pages import public_host, publish
    from tracer.rendering.visible_texts import visible

    with progress() as show:
        published = publish(
            below(options.recordings, again=False),
            options.out,
            [] if options.lang is None else [options.lang],
            release=options.release,
            diagrams="svg" if options.diagram == "svg" else "mermaid",
            host=None if options.host is None else public_host(options.host),
            sequence=sequence,
            progress=show,
        )
    for line in _remarks(published, options.out):
        print(f"tracer: {visible(line, 4000)}", file=sys.stderr)
    counts = {
        "written": published.written,
        "unchanged": published.unchanged,
        "kept": [*published.protected, *published.orphaned],
        "removed": published.removed,
    }
    summary = ", ".join(f"{len(paths)} {result}" for result, paths in counts.items() if paths)
    print(f"{options.out}: {summary}")
    print(f"next: {_next(options.out / 'mkdocs.yml', several=options.lang is None)}")


def _check_apart(out: Path, given: Iterable[Path]) -> None:
    """Raise InputError if the site in ``out`` would be among recordings.

    ``out`` must not be a given folder, and neither of the two may be inside the other. A given file must not
    be in ``out``, and neither the file that a given link leads to.
    """
    site = out.resolve()
    for path in map(on_disk, given):
        is_folder = path.is_dir()
        folders = {path.resolve()} if is_folder else {path.parent.resolve(), path.resolve().parent}
        inside = any(folder.is_relative_to(site) for folder in folders)
        if inside or (is_folder and site.is_relative_to(path.resolve())):
            raise InputError(
                str(out), f"the pages would be among the recordings of {path}: name another folder with -o"
            )


def _remarks(published: Published, out: Path) -> Iterator[str]:
    """Yield a line for each file that differs from the generated one, and for each unknown sequence."""
    from tracer.rendering.pages import CONFIG
    from tracer.sequences import NoSequence

    recordings: dict[str, list[str]] = {}
    for recording, name in published.unknown_sequences.items():
        recordings.setdefault(name, []).append(recording)
    for name, (first, *others) in recordings.items():
        further = f" (also in {counted(len(others), 'further recording')})" if others else ""
        yield f"{first}: {NoSequence(name)}{further}"
    for path in published.protected:
        if path != CONFIG:  # a person may change it, and tracer needs no new text in it
            problem = "is not as tracer docs left it, so it stays as it is; delete it to have it made anew"
            yield f"{out / path} {problem}"
    for result, paths in (("removed", published.removed), ("has your edits, and stays", published.orphaned)):
        for path in paths[:_SHOWN]:
            yield f"{out / path}: {result}; the given recordings and languages do not have this page"
        if len(paths) > _SHOWN:
            yield f"… and {len(paths) - _SHOWN} more: {result}"
    for path, titles in published.edited.items():
        yield f"{out / path}: your edits stay in: {'; '.join(titles)}"


def _next(configuration: Path, *, several: bool) -> str:
    """Return the command that shows the site, after the installation of packages that it needs."""
    # The packages of another mkdocs on the path are not known.
    beside = Path(sys.executable).with_name("mkdocs")
    mkdocs = str(beside) if beside.exists() and shutil.which("mkdocs") != str(beside) else "mkdocs"
    serve = f"{shlex.quote(mkdocs)} serve -f {shlex.quote(str(configuration))}"
    packages = ("mkdocs", "material", *(["mkdocs_static_i18n"] if several else []))
    if all(find_spec(package) for package in packages):
        return serve
    return f"{_INSTALL_LANGUAGES if several else _INSTALL}; {serve}"
