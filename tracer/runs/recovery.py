"""Recovery of recordings from the journals of a killed proxy."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from msgspec.structs import replace

from tracer.errors import TracerError
from tracer.processes import is_alive
from tracer.recording import read_journal
from tracer.runs.assembly import assemble
from tracer.runs.liveness import await_orphans
from tracer.runs.recording_names import save_new
from tracer.runs.settings import JOURNALS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tracer.runs.participant_map import ParticipantMap

__all__ = ["recover"]


def recover(
    folder: Path, participants: ParticipantMap, stopped: Callable[[], bool] = lambda: False
) -> Iterator[Path | TracerError]:
    """Make a recording of each journal below ``folder`` that no living process writes. Remove the journal.

    Yields the path of each recording. For an unusable journal, which stays unchanged, yields the error.
    Once ``stopped`` returns True, the wait for processes that still write ends, and their journals stay.
    """
    journals = folder / JOURNALS
    await_orphans(journals, stopped)
    for path in sorted(journals.glob("*.jsonl")):
        try:
            recovered = _recover(folder, path, participants)
        except TracerError as error:
            yield error
        else:
            if recovered is not None:
                yield recovered
    with contextlib.suppress(OSError):  # the folder still contains journals
        journals.rmdir()


def _recover(folder: Path, path: Path, participants: ParticipantMap) -> Path | None:
    head, exchanges = read_journal(path)
    if is_alive(head.writer):
        return None
    target = None
    if exchanges:
        head = replace(head, interrupted="the proxy was ended while the run was going on")
        recording = assemble(head, exchanges, participants)
        # An earlier, complete recording may have the name of the run, and must not be replaced.
        target = save_new(folder, head, recording, None)
    path.unlink(missing_ok=True)
    return target
