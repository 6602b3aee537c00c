"""Values that the client prints as it received them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tracer.comparison.severities import text
from tracer.comparison.volatile import explain, volatile_reasons

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tracer.comparison.differences import Change

__all__ = ["ReceivedValues"]

_WORD = re.compile(r"[^\s\"'{}\[\](),;=|]+")
_SPACE = re.compile(r" {2,}")


class ReceivedValues:
    """The volatile values of the responses of two runs, in pairs, with the reasons why they differ.

    Some values are volatile by their location in a message, such as a counter. A printed table has no such
    locations. A printed value is volatile if the same pair of values is volatile in a response.
    """

    def __init__(self, changes: Iterable[Change]) -> None:
        self._reasons: dict[tuple[str, str], tuple[str, ...]] = {}
        for change in changes:
            if change.mismatch is None and change.location.general.startswith("body"):
                reasons = () if change.location.side == "request" else volatile_reasons(change)
                if reasons:
                    self._reasons.setdefault((text(change.before), text(change.after)), reasons)

    def reasons(self, change: Change) -> tuple[str, ...]:
        """Return the reasons for a difference of the output, empty if not all of it is volatile."""
        general = change.location.general
        if change.kind != "changed" or not general.startswith("output.stdout"):
            return ()
        lines = [_SPACE.sub(" ", text(value)) for value in (change.before, change.after)]
        if _WORD.split(lines[0]) != _WORD.split(lines[1]):
            return ()
        found: list[str] = []
        for before, after in zip(*map(_WORD.findall, lines), strict=True):
            if before != after:
                reasons = self._reasons.get((before, after)) or explain(before, after, general)
                if not reasons:
                    return ()
                found += reasons
        return tuple(dict.fromkeys(found))
