"""Journals that a killed proxy left behind, made into recordings."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

from msgspec.structs import replace

from tracer.capture.assembly import assemble
from tracer.capture.book import save_new
from tracer.capture.participantmap import ParticipantMap
from tracer.capture.presence import await_orphans
from tracer.capture.settings import JOURNALS
from tracer.errors import TracerError
from tracer.processes import is_alive
from tracer.recording import read_journal

__all__ = ["recover"]


def recover(
    folder: Path, participants: ParticipantMap, stopped: Callable[[], bool] = lambda: False
) -> Iterator[Path | TracerError]:
    """Make a recording of each journal below ``folder`` that nobody writes any more.

    Yields where each of them is; or, for a journal that cannot be used and is left as it is, why. Once
    ``stopped``, no process is waited for that still writes: its journals are left.
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
    with contextlib.suppress(OSError):  # somebody keeps journals there
        journals.rmdir()


def _recover(folder: Path, path: Path, participants: ParticipantMap) -> Path | None:
    head, exchanges = read_journal(path)
    if is_alive(head.writer):
        return None
    target = None
    if exchanges:
        head = replace(head, interrupted="the proxy was ended while the run was going on")
        recording = assemble(head, exchanges, participants)
        # The name that the run was given may be that of an earlier, whole recording: that one stays.
        target = save_new(folder, head, recording, None)
    path.unlink(missing_ok=True)
    return target
