"""One-to-one relations between the values of two runs: IDs, hosts, tokens, and page markers.

An ID of the first run stands for one object, and so does its partner in the second run. If a response has
another object's ID, both IDs are valid, but the relation is broken at this location.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from tracer.comparison.differences import Mismatch
from tracer.comparison.volatile import partners, written

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracer.comparison.differences import Change

__all__ = ["mismatches"]

Value = tuple[str, str]
"""The kind of a value, and its text."""


def mismatches(changes: Sequence[Change]) -> dict[int, Mismatch]:
    """Return the changes that break a one-to-one relation, by index.

    ``changes`` include the pairs of equal values. The pairs that occur most often form the relation; of two
    equally frequent pairs, the first one does.
    """
    occurrences: defaultdict[tuple[Value, Value], list[int]] = defaultdict(list)
    # The client prints after all messages.
    order = sorted(
        range(len(changes)), key=lambda index: changes[index].location.general.startswith("output")
    )
    for position, index in enumerate(order):
        for pair in _pairs(changes[index]):
            occurrences[pair].append(position)
    forward: dict[Value, Value] = {}
    backward: dict[Value, Value] = {}
    broken: dict[int, Mismatch] = {}
    for (before, after), positions in sorted(
        occurrences.items(), key=lambda item: (-len(item[1]), item[1][0])
    ):
        if forward.get(before, after) == after and backward.get(after, before) == before:
            forward[before], backward[after] = after, before
            continue
        expected = forward.get(before, ("", ""))[1]
        for position in positions:
            broken.setdefault(order[position], Mismatch(before[1], after[1], expected))
    return broken


def _pairs(change: Change) -> Iterator[tuple[Value, Value]]:
    if change.reason or change.location.unsure or change.kind not in ("changed", "same"):
        return
    texts = written(change.before), written(change.after)
    if texts[0] is not None and texts[1] is not None:
        for kind, before, after in partners(texts[0], texts[1], change.location.general):
            yield (kind, before), (kind, after)
