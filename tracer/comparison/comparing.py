"""Two recordings held against each other: align, compare by structure, excuse what is volatile, rule_for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

from tracer.comparison.alignment import Alignment, align_runs
from tracer.comparison.messages import compare_exchanges, place_of
from tracer.comparison.model import Change, Comparison, Difference, Pair, Place, State, Suppressed
from tracer.comparison.outputs import compare_outputs
from tracer.comparison.passing import Passed
from tracer.comparison.severities import rule_for, text
from tracer.comparison.trees import kind_of
from tracer.comparison.volatile import explain

if TYPE_CHECKING:
    from tracer.model import Exchange, Recording

__all__ = ["NOTHING", "Learned", "compare", "learn"]

_MOST_AT_A_TIME = 200
"""Requests that a client may have sent and not had answered yet; more have come in another order."""

What = Literal["presence", "value", "order"]
_WHAT: dict[str, What] = {
    "added": "presence",
    "removed": "presence",
    "changed": "value",
    "moved": "order",
    "reordered": "order",
}


class Learned(NamedTuple):
    """What differed between two recordings of the same release: general places, and what differed there."""

    places: frozenset[tuple[tuple[str, str, str], What]] = frozenset()

    def __or__(self, other: Learned) -> Learned:
        """What was learned from either."""
        return Learned(self.places | other.places)

    def explains(self, change: Change) -> bool:
        """Whether the like of ``change`` was seen: never another status, nor a value of another type."""
        what = _WHAT.get(change.kind)
        return what is not None and (change.place.everywhere, what) in self.places


NOTHING = Learned()


def compare(
    before: Recording, after: Recording, learned: Learned = NOTHING, *, strict: bool = False
) -> Comparison:
    """All differences of two runs of one command.

    What is volatile, by its kind or as ``learned``, is suppressed, counted and named; with
    ``strict`` it is a difference like all others. Labels, times and what was only noted while recording
    are not compared: they say nothing of behaviour.
    """
    alignment = align_runs(before.exchanges, after.exchanges)
    differences: list[Difference] = []
    suppressed: list[Suppressed] = []
    touched: set[tuple[int | None, int | None]] = set()
    for change in _changes(before, after, alignment):
        reasons = () if strict else _reasons(change, learned)
        if reasons:
            suppressed.append(_suppressed(change, reasons))
        else:
            differences.append(_difference(change))
            touched.add((change.number, change.other))
    return Comparison(differences=differences, suppressed=suppressed, pairs=_pairs(alignment, touched))


def learn(first: Recording, second: Recording) -> Learned:
    """What differs between two recordings of one command on one release, but for what is volatile anyway."""
    alignment = align_runs(first.exchanges, second.exchanges)
    return Learned(
        frozenset(
            (change.place.everywhere, _WHAT[change.kind])
            for change in _changes(first, second, alignment)
            if change.kind in _WHAT and not _reasons(change, NOTHING)
        )
    )


def _changes(before: Recording, after: Recording, alignment: Alignment) -> Iterator[Change]:
    of_messages = list(_of_messages(before, after, alignment))
    # Lines that are printed in another order are no news where a list came in another order.
    follows = any(change.excuse == "unordered" for change in of_messages)
    for change in compare_outputs(before, after):
        yield change._replace(excuse="") if change.excuse == "lines" and not follows else change
    yield from of_messages


def _of_messages(before: Recording, after: Recording, alignment: Alignment) -> Iterator[Change]:
    ours, theirs = _places(before.exchanges), _places(after.exchanges)
    for number, other in sorted([*alignment.pairs, *alignment.moved], key=lambda pair: pair[1]):
        pair = before.exchanges[number], after.exchanges[other]
        for change in compare_exchanges(*pair, ours[number]):
            yield change._replace(number=number, other=other)
    for number in alignment.removed:
        yield Change("removed", ours[number], _answered(before.exchanges[number]), None, number=number)
    for other in alignment.added:
        yield Change("added", theirs[other], None, _answered(after.exchanges[other]), other=other)
    passed = Passed([*alignment.pairs, *alignment.moved])
    for number, other in alignment.moved:
        together = _concurrent(before.exchanges, after.exchanges, passed, (number, other))
        yield Change(
            kind="reordered" if together else "moved",
            place=ours[number],
            before=number + 1,
            after=other + 1,
            excuse="concurrent" if together else "",
            number=number,
            other=other,
        )


def _places(exchanges: Sequence[Exchange]) -> list[Place]:
    counted: Counter[str] = Counter()
    found: list[Place] = []
    for exchange in exchanges:
        place = place_of(exchange)
        counted[place.general_message] += 1
        found.append(place_of(exchange, counted[place.general_message]))
    return found


def _answered(exchange: Exchange) -> object:
    return exchange.response.status if exchange.response else exchange.error or "no response"


def _concurrent(
    before: Sequence[Exchange], after: Sequence[Exchange], passed: Passed, moved: tuple[int, int]
) -> bool:
    """Whether all that ``moved`` has passed was under way at the same time, in one of the runs."""
    number, other = moved
    together = 0
    for ours, theirs in passed.by(moved):
        if not (_overlap(before[number], before[ours]) or _overlap(after[other], after[theirs])):
            return False
        together += 1
        if together > _MOST_AT_A_TIME:
            return False
    return together > 0


def _overlap(one: Exchange, other: Exchange) -> bool:
    if one.ended is None or other.ended is None:
        return False
    return one.started < other.ended and other.started < one.ended


def _reasons(change: Change, learned: Learned) -> tuple[str, ...]:
    """Why ``change`` is volatile; nothing where it isn't."""
    if change.excuse:
        return (change.excuse,)
    same_type = kind_of(change.before) == kind_of(change.after)
    if change.kind == "changed" and isinstance(change.before, str) and isinstance(change.after, str):
        kinds = explain(change.before, change.after, change.place.general)
        if kinds:
            return kinds
    if learned.explains(change) and (change.kind != "changed" or same_type):
        return ("learned",)
    return ()


def _difference(change: Change) -> Difference:
    rule = rule_for(change)
    return Difference(
        place=str(change.place),
        side=change.place.side,
        kind=change.kind,
        severity=rule.severity,
        why=rule.name,
        **_texts(change),
        exchange_before=None if change.number is None else change.number + 1,
        exchange_after=None if change.other is None else change.other + 1,
    )


def _suppressed(change: Change, reasons: tuple[str, ...]) -> Suppressed:
    return Suppressed(
        place=str(change.place),
        kind=change.kind,
        reasons=reasons,
        **_texts(change),
    )


def _texts(change: Change) -> dict[str, str | None]:
    """Both values as texts; None where there is none."""
    return {
        "before": None if change.kind == "added" else _told(change.before, change),
        "after": None if change.kind == "removed" else _told(change.after, change),
    }


def _told(value: object, change: Change) -> str:
    """A text in quotes where it would be taken for something else without: nothing, or a number."""
    quoted = value == "" or (change.kind == "type" and isinstance(value, str))
    return f'"{value}"' if quoted else text(value)


def _pairs(alignment: Alignment, touched: set[tuple[int | None, int | None]]) -> list[Pair]:
    partners = dict([*alignment.pairs, *alignment.moved])
    gone = set(alignment.removed)
    moved = set(alignment.moved)
    rows: list[tuple[int, int, Pair]] = [(other, -1, Pair(None, other, "added")) for other in alignment.added]
    follows = -1
    for number in range(len(partners) + len(gone)):
        if number in gone:
            rows.append((follows, number, Pair(number, None, "removed")))
            continue
        other = partners[number]
        state: State = "same" if (number, other) not in touched else "changed"
        if state == "changed" and (number, other) in moved:
            state = "moved"
        rows.append((other, -1, Pair(number, other, state)))
        follows = other
    return [pair for _, _, pair in sorted(rows, key=lambda row: row[:2])]
