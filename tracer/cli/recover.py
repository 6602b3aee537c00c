"""``tracer recover``: make recordings of what a killed proxy left behind."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from tracer.errors import TracerError

__all__ = ["recover"]


def recover(
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="Folder of the recordings.")] = Path(
        "recordings"
    ),
) -> None:
    """Make recordings, marked as interrupted, of the runs that a killed proxy left in its journal.

    A proxy that starts on the same folder does this by itself.
    """
    from tracer.capture.participantmap import ParticipantMap
    from tracer.capture.recovery import recover as journals

    found = list(journals(folder, ParticipantMap()))
    for result in found:
        if isinstance(result, TracerError):
            print(f"tracer: left as it is: {result}", file=sys.stderr)
        else:
            print(f"wrote {result}")
    if not found:
        print(f"nothing to recover in {folder}")
    if any(isinstance(result, TracerError) for result in found):
        raise typer.Exit(TracerError.exit_code)
