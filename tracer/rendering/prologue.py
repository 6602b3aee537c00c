"""The prologue of a run: discovery and authentication, before the exchanges of the command itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from tracer.sequences import catalog, described_entry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tracer.model import Recording
    from tracer.rendering.message_units import MessageUnit
    from tracer.rendering.messages import MessageView
    from tracer.sequences import Entry

__all__ = ["Phase", "split"]

Phase = Literal["discovery", "authentication"]

# Discovery asks a service for its versions, or for the details of a version.
_VERSIONS = re.compile(r"/(v\d+(\.\d+)?/?)?")


def split(
    run: Sequence[MessageUnit], recording: Recording
) -> Iterator[tuple[list[Phase], list[MessageUnit]]]:
    """Yield ``run`` in groups of consecutive units, each with the phases of its units.

    The phases of a group outside of the prologue are an empty list.

    The prologue ends at the first exchange of the command itself. An exchange that deviates
    does not end the prologue and is not part of it.
    """
    entry_for = _entries(recording)
    ended = False
    group: list[MessageUnit] = []
    phases: list[Phase] = []
    for unit in run:
        phase = None if ended else _phase(unit, entry_for)
        ended = ended or (phase is None and not any(view.deviates for view in unit.views))
        if group and bool(phases) != (phase is not None):
            yield phases, group
            group, phases = [], []
        phases += [phase] if phase else []
        group.append(unit)
    if group:
        yield phases, group


def _phase(unit: MessageUnit, entry_for: Callable[[MessageView], Entry | None]) -> Phase | None:
    """Return the phase of the prologue that ``unit`` belongs to, or None."""
    first, *inner = [view for view in unit.views if view.kind == "request"]
    entry = entry_for(first)
    if entry is None or first.deviates:
        return None
    if any(view.deviates or (view.verdict != "optional" and entry_for(view) is None) for view in inner):
        return None
    asks = entry.method == "GET" and _VERSIONS.fullmatch(entry.path)
    return "discovery" if asks else "authentication"


def _entries(recording: Recording) -> Callable[[MessageView], Entry | None]:
    """Return a function that maps a request to its entry in the prologue of the recording's sequence.

    Without a sequence, the function searches the prologues of all sequences.
    """
    sequence = catalog().get(recording.sequence or "")

    def entry_for(request: MessageView) -> Entry | None:
        entry = described_entry(recording.exchanges[request.exchange], sequence)
        return entry if entry is not None and entry.prologue else None

    return entry_for
