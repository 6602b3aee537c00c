"""``tracer recover``: recordings from the journals of a killed proxy."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tracer.archives import refuse_archive
from tracer.errors import InputError, TracerError

if TYPE_CHECKING:
    import argparse

__all__ = ["arguments", "run"]


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the argument for the folder."""
    parser.add_argument(
        "folder",
        metavar="DIR",
        type=Path,
        nargs="?",
        default=Path("recordings"),
        help="Folder of the recordings (default: %(default)s).",
    )
    parser.epilog = "A proxy that starts on the same folder does this by itself."


def run(options: argparse.Namespace) -> int:
    """Recover the recordings, and print their paths. Return 2 if a journal cannot be recovered."""
    from tracer.cli.progress import progress
    from tracer.runs.participant_map import ParticipantMap
    from tracer.runs.recovery import recover

    refuse_archive(options.folder)
    if options.folder.is_file():
        raise InputError(str(options.folder), "it is a file: name the folder of the recordings")
    if not options.folder.is_dir():
        raise InputError(str(options.folder), "there is no such folder")
    with progress() as show:
        show(f"recovering the runs in {options.folder}")
        results = list(recover(options.folder, ParticipantMap()))
    for result in results:
        if isinstance(result, TracerError):
            print(f"tracer: left as it is: {result}", file=sys.stderr)
        else:
            print(f"wrote {result}")
    if not results:
        print(f"nothing to recover in {options.folder}")
    failed = any(isinstance(result, TracerError) for result in results)
    return TracerError.exit_code if failed else 0
