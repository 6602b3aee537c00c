"""Why exchanges of a recording deviate, where its sequence is one of the catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.sequences import catalog, match, release_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracer.model import Recording

__all__ = ["reasons"]


def reasons(recording: Recording) -> Mapping[int, str]:
    """By the index of each exchange that deviates, which step it is nearest to and why it is not that one."""
    sequence = catalog().get(recording.sequence or "")
    if sequence is None or recording.verdict not in ("deviates", "undetermined"):
        return {}
    return match(recording.exchanges, sequence, release_of(recording)).reasons
