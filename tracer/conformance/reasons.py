"""Why exchanges of a recording deviate, and why a run is undetermined."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.sequences import catalog, match, release_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracer.model import Recording

__all__ = ["reasons", "undetermined_reason"]

_REMEDY = "record one command at a time, see docs/explanation/attribution.md"


def reasons(recording: Recording) -> Mapping[int, str]:
    """By the index of each exchange that deviates, which step it is nearest to and why it is not that one."""
    sequence = catalog().get(recording.sequence or "")
    if sequence is None or recording.verdict not in ("deviates", "undetermined"):
        return {}
    return match(recording.exchanges, sequence, release_of(recording)).reasons


def undetermined_reason(recording: Recording) -> str:
    """Return what is missing for a verdict, and the next step.

    Notes may also be about other things than the verdict, so this points at them and quotes none.
    """
    pointer = "; its notes say why" if recording.notes else ""
    return f"evidence is missing on which exchanges belong to the run{pointer} ({_REMEDY})"
