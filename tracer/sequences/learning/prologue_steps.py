"""The prologue of commands: exchanges that the catalogue marks so, and version discovery of any service."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from tracer.sequences.discovery import with_alternatives
from tracer.sequences.learning.summaries import summary
from tracer.sequences.loading import catalog
from tracer.sequences.schema import Entry

if TYPE_CHECKING:
    from tracer.sequences.learning.observing import Seen

__all__ = ["known_beginning", "repeats"]

_VERSIONS = re.compile(r"/(?:v\d+(?:\.\d+)?)?")


def known_beginning(seen: Seen) -> Entry | None:
    """Return the prologue entry for ``seen``, with texts and flags, or None for the command's own exchange.

    The statuses of the entry come from the catalogue and may lack the status of ``seen``.
    """
    entry = _documented().get((seen.receiver, seen.method, seen.path))
    if entry is not None:
        return entry
    if seen.method != "GET" or not _VERSIONS.fullmatch(seen.path):
        return None
    return Entry(
        receiver=seen.receiver,
        method=seen.method,
        path=seen.path,
        status=seen.status,
        optional=True,
        repeats=True,
        prologue=True,
        summary=summary("discovery", seen.receiver, seen.method, seen.path),
    )


def repeats(seen: Seen) -> bool:
    """Return whether ``seen`` may occur again at any time: every new process or session repeats discovery."""
    entry = known_beginning(seen)
    return entry is not None and entry.repeats


@functools.cache
def _documented() -> dict[tuple[str, str, str], Entry]:
    entries: dict[tuple[str, str, str], Entry] = {}
    for sequence in catalog().values():
        for entry in sequence.entries:
            if entry.prologue and not entry.query:
                for request in with_alternatives(entry):
                    entries.setdefault((request.receiver, request.method, request.path), request)
    return entries
