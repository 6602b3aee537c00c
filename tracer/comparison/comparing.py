"""Comparison of two recordings: alignment, structure, volatile values, and severities."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, cast

from tracer.comparison.asynchronous import asynchronous_calls
from tracer.comparison.causes import causes
from tracer.comparison.correspondence import mismatches
from tracer.comparison.differences import (
    Change,
    Comparison,
    Difference,
    ExchangePair,
    Location,
    State,
    Suppressed,
)
from tracer.comparison.exchange_differences import compare_exchanges, location_of
from tracer.comparison.exchange_pairs import ExchangeAlignment, align_runs
from tracer.comparison.learned import NOTHING, Learned
from tracer.comparison.metadata import compare_run_metadata
from tracer.comparison.moments import MomentsOfRuns
from tracer.comparison.outputs import RUN, compare_outputs
from tracer.comparison.passing import Passed
from tracer.comparison.polls import Polls, chance
from tracer.comparison.received import ReceivedValues
from tracer.comparison.severities import rule_for, text
from tracer.comparison.volatile import volatile_reasons
from tracer.comparison.volatile_rules import repeated_call

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracer.comparison.differences import Kind
    from tracer.model import Exchange, Recording

__all__ = ["compare", "learn"]

_MOST_AT_A_TIME = 200
"""The most requests that a client has open at a time. An exchange that overtakes more has moved."""


def compare(
    before: Recording, after: Recording, learned: Learned = NOTHING, *, strict: bool = False
) -> Comparison:
    """Return all differences between two runs of one command.

    Differences that follow from another one are folded under it. Differences that are volatile, by their
    kind or as ``learned``, are suppressed and returned with their reasons. With ``strict``, all of them are
    ordinary differences. Labels, times, and the recorder's notes do not describe behaviour: their differences
    are suppressed, too.
    """
    polls = Polls(before.exchanges), Polls(after.exchanges)
    alignment = align_runs(before.exchanges, after.exchanges, polls)
    suppressed: list[Suppressed] = []
    reported: list[Change] = []
    changes = list(_changes(before, after, alignment, polls))
    received = ReceivedValues(changes)
    for change in changes:
        reasons = () if strict else _reasons(change, learned, received)
        if reasons:
            suppressed.append(_suppressed(change, reasons))
        else:
            reported.append(change)
    follows = {} if strict else causes(reported)
    return Comparison(
        differences=[
            _difference(change, _service(change, before, after))
            for index, change in enumerate(reported)
            if index not in follows
        ],
        folded=[
            _difference(reported[effect], _service(reported[effect], before, after), reported[cause])
            for effect, cause in sorted(follows.items())
        ],
        suppressed=suppressed,
        pairs=_pairs(alignment, {(change.index_before, change.index_after) for change in reported}),
    )


def learn(first: Recording, second: Recording) -> Learned:
    """Learn the differences between two recordings of one command on one release, except volatile values."""
    polls = Polls(first.exchanges), Polls(second.exchanges)
    alignment = align_runs(first.exchanges, second.exchanges, polls)
    changes = list(_changes(first, second, alignment, polls))
    received = ReceivedValues(changes)
    return Learned.from_changes(change for change in changes if not _reasons(change, NOTHING, received))


def _changes(
    before: Recording, after: Recording, alignment: ExchangeAlignment, polls: tuple[Polls, Polls]
) -> Iterator[Change]:
    """Yield the differences between two runs, among them values that belong to another value elsewhere."""
    changes = list(_with_evidence(before, after, alignment, polls))
    broken = mismatches(changes)
    for index, change in enumerate(changes):
        if index in broken:
            yield change._replace(kind="changed", mismatch=broken[index])
        elif change.kind != "same":
            yield change


def _with_evidence(
    before: Recording, after: Recording, alignment: ExchangeAlignment, polls: tuple[Polls, Polls]
) -> Iterator[Change]:
    """Yield the differences between two runs, and pairs of equal texts with volatile values."""
    of_messages = list(_of_messages(before, after, alignment, polls))
    yield from compare_outputs(before, after, {change.reason for change in of_messages})
    yield from of_messages
    yield from compare_run_metadata(before, after, RUN)


def _of_messages(
    before: Recording, after: Recording, alignment: ExchangeAlignment, polls: tuple[Polls, Polls]
) -> Iterator[Change]:
    locations_before, locations_after = _locations(before.exchanges), _locations(after.exchanges)
    runs = before.exchanges, after.exchanges
    accidental_before = _accidental_exchanges(runs[0], polls[0], runs[1])
    accidental_after = _accidental_exchanges(runs[1], polls[1], runs[0])
    for index_before, index_after in alignment.uncompared:
        accidental_before.pop(index_before, None)
        accidental_after.pop(index_after, None)
    moments = MomentsOfRuns(runs, polls)
    further = {*alignment.further}
    for indexes in sorted([*alignment.pairs, *alignment.moved, *further], key=lambda pair: pair[1]):
        index_before, index_after = indexes
        found = compare_exchanges(runs[0][index_before], runs[1][index_after], locations_before[index_before])
        for change in moments.explain(found, *indexes):
            if indexes not in further:
                yield change._replace(index_before=index_before, index_after=index_after)
            elif change.kind != "same":
                # Each has a partner of its own, or none: their values do not belong together.
                reason = next(iter(volatile_reasons(change)), "")
                yield change._replace(index_before=index_before, index_after=index_after, reason=reason)
    for index_before in alignment.removed:
        yield Change(
            "removed",
            locations_before[index_before],
            _outcome(before.exchanges[index_before]),
            None,
            reason=accidental_before.get(index_before, ""),
            index_before=index_before,
        )
    for index_after in alignment.added:
        yield Change(
            "added",
            locations_after[index_after],
            None,
            _outcome(after.exchanges[index_after]),
            reason=accidental_after.get(index_after, ""),
            index_after=index_after,
        )
    passed = Passed([*alignment.pairs, *alignment.moved])
    asynchronous = asynchronous_calls(before.exchanges), asynchronous_calls(after.exchanges)
    for index_before, index_after in alignment.moved:
        moved = index_before, index_after
        together = _concurrent(runs, passed, moved, asynchronous, polls[0])
        yield Change(
            kind="reordered" if together else "moved",
            location=locations_before[index_before],
            before=index_before + 1,
            after=index_after + 1,
            reason="concurrent" if together else "",
            index_before=index_before,
            index_after=index_after,
        )


def _locations(exchanges: Sequence[Exchange]) -> list[Location]:
    repetitions: Counter[str] = Counter()
    locations: list[Location] = []
    for exchange in exchanges:
        location = location_of(exchange)
        repetitions[location.general_message] += 1
        locations.append(location_of(exchange, repetitions[location.general_message]))
    return locations


def _outcome(exchange: Exchange) -> object:
    return exchange.response.status if exchange.response else exchange.error or "no response"


def _accidental_exchanges(
    exchanges: Sequence[Exchange], polls: Polls, other_exchanges: Sequence[Exchange]
) -> dict[int, str]:
    """Return the reasons of the exchanges that one run has by chance, by index."""
    reasons = chance(polls, exchanges, other_exchanges)
    for index, exchange in enumerate(exchanges):
        if exchange.sender != "client" and exchange.response is not None and exchange.response.status < 400:
            reasons.setdefault(index, repeated_call(location_of(exchange).general_message))
    return reasons


def _concurrent(
    runs: tuple[Sequence[Exchange], Sequence[Exchange]],
    passed: Passed,
    moved: tuple[int, int],
    asynchronous: tuple[frozenset[int], frozenset[int]],
    polls: Polls,
) -> bool:
    """Return whether ``moved`` could overtake each exchange by chance.

    That is so if both overlap in time, or if one of them is an asynchronous call, in one of the runs. It is
    also so for a poll among polls for several objects. ``polls`` are those of the first run.
    """
    index_before, index_after = moved
    if index_before in asynchronous[0] or index_after in asynchronous[1]:
        return True
    family = polls.families[index_before] if index_before in polls.found else None
    together = 0
    for passed_before, passed_after in passed.by(moved):
        if not (
            passed_before in asynchronous[0]
            or passed_after in asynchronous[1]
            or (family is not None and polls.families.get(passed_before) == family)
            or _overlap(runs[0][index_before], runs[0][passed_before])
            or _overlap(runs[1][index_after], runs[1][passed_after])
        ):
            return False
        together += 1
        if together > _MOST_AT_A_TIME:
            return False
    return together > 0


def _overlap(first: Exchange, second: Exchange) -> bool:
    if first.ended is None or second.ended is None:
        return False
    return first.started < second.ended and second.started < first.ended


def _reasons(change: Change, learned: Learned, received: ReceivedValues) -> tuple[str, ...]:
    """Return the reasons why ``change`` is volatile, empty if it is not."""
    if change.mismatch is not None:
        return ()
    own = volatile_reasons(change) or received.reasons(change)
    return own or (("learned",) if learned.explains(change) else ())


def _service(change: Change, before: Recording, after: Recording) -> str:
    """Return the receiver of the request of a change, empty for the whole run."""
    if change.index_after is not None:
        return after.exchanges[change.index_after].receiver
    return "" if change.index_before is None else before.exchanges[change.index_before].receiver


def _difference(change: Change, service: str, cause: Change | None = None) -> Difference:
    rule = rule_for(change)
    before, after = _texts(change)
    return Difference(
        place=str(change.location),
        side=change.location.side,
        kind=cast("Kind", change.kind),
        severity=rule.severity,
        why=rule.name,
        service=service,
        before=before,
        after=after,
        expected=(change.mismatch.expected or None) if change.mismatch else None,
        cause=str(cause.location) if cause else "",
        exchange_before=None if change.index_before is None else change.index_before + 1,
        exchange_after=None if change.index_after is None else change.index_after + 1,
    )


def _suppressed(change: Change, reasons: tuple[str, ...]) -> Suppressed:
    before, after = _texts(change)
    return Suppressed(
        place=str(change.location),
        kind=cast("Kind", change.kind),
        reasons=reasons,
        before=before,
        after=after,
    )


def _texts(change: Change) -> tuple[str | None, str | None]:
    """Return both values as text, None for a value that does not exist."""
    return (
        None if change.kind == "added" else _format_value(change.before, change),
        None if change.kind == "removed" else _format_value(change.after, change),
    )


def _format_value(value: object, change: Change) -> str:
    """Return ``value`` as text. Quote an empty string, and every string in a difference of types."""
    quoted = value == "" or (change.kind == "type" and isinstance(value, str))
    return f'"{value}"' if quoted else text(value)


def _pairs(alignment: ExchangeAlignment, touched: set[tuple[int | None, int | None]]) -> list[ExchangePair]:
    partners = dict([*alignment.pairs, *alignment.moved])
    gone = set(alignment.removed)
    moved = set(alignment.moved)
    rows: list[tuple[int, int, ExchangePair]] = [
        (index_after, -1, ExchangePair(None, index_after, "added")) for index_after in alignment.added
    ]
    follows = -1
    for index_before in range(len(partners) + len(gone)):
        if index_before in gone:
            rows.append((follows, index_before, ExchangePair(index_before, None, "removed")))
            continue
        index_after = partners[index_before]
        state: State = "same" if (index_before, index_after) not in touched else "changed"
        if state == "changed" and (index_before, index_after) in moved:
            state = "moved"
        rows.append((index_after, -1, ExchangePair(index_before, index_after, state)))
        follows = index_after
    return [pair for _, _, pair in sorted(rows, key=lambda row: row[:2])]
