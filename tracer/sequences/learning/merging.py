"""Alignment of runs in columns: a column is the same step in all runs that have it."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from tracer.sequences.learning.observing import Key, Seen, is_failure
from tracer.sequences.learning.ordering import unordered
from tracer.sequences.learning.summaries import data

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

__all__ = ["Column", "ColumnBlock", "StepOccurrences", "merged"]

_LARGEST_BLOCK = 6  # the limit of ``any_order`` in a sequence file


class StepOccurrences(NamedTuple):
    """An exchange of one run, with its immediate repetitions."""

    key: Key
    seen: tuple[Seen, ...]

    @property
    def failed(self) -> bool:
        """Return whether the last of its exchanges failed."""
        return is_failure(self.seen[-1].status)


@dataclass
class Column:
    """A step by run: the exchanges of each run that has the step.

    ``failing`` are the runs that continued with ``then`` because the step failed.
    """

    key: Key
    steps: dict[int, StepOccurrences] = field(default_factory=dict)
    failing: frozenset[int] = frozenset()
    then: list[Column] = field(default_factory=list)

    @property
    def runs(self) -> frozenset[int]:
        """Return the runs that have the step."""
        return frozenset(self.steps)

    @property
    def is_lookup(self) -> bool:
        """Return whether the step looks up an ID or a name of the user in each run."""
        return self.key[2].endswith("}") and all(step.seen[0].lookup for step in self.steps.values())

    def add(self, run: int, steps: Iterable[StepOccurrences]) -> None:
        """Set the step of ``run`` in this column."""
        (self.steps[run],) = steps


@dataclass
class ColumnBlock:
    """Columns of adjacent steps in varying order."""

    key: frozenset[Key]
    columns: dict[Key, Column] = field(default_factory=dict)

    @property
    def runs(self) -> frozenset[int]:
        """Return the runs that have any of the steps."""
        return frozenset(run for column in self.columns.values() for run in column.steps)

    def add(self, run: int, steps: Iterable[StepOccurrences]) -> None:
        """Add the steps of ``run`` in this block."""
        for step in steps:
            self.columns.setdefault(step.key, Column(step.key)).add(run, [step])


_ColumnKey = Key | frozenset[Key]
_Lines = dict[int, list[list[StepOccurrences]]]
"""The steps of runs by number, one list for each column, for runs with the same columns."""


def merged(runs: Iterable[Sequence[Seen]], repeats: Callable[[Seen], bool]) -> list[Column | ColumnBlock]:
    """Return the columns of ``runs``, numbered from 0. A column with failures contains its fallback.

    A step that ``repeats`` may occur again at any time, and counts at its first position. The order of
    ``runs`` affects only their numbers.
    """
    # The longest run comes first, so that shorter runs have gaps.
    steps = sorted((list(_steps(run, repeats)) for run in runs), key=_rank)
    orders = dict.fromkeys(tuple(step.key for step in run) for run in steps)
    groups = unordered(list(orders), _LARGEST_BLOCK)
    group_of = {key: group for group in groups for key in group}
    # Equal runs are aligned once, so their number has no effect.
    alike: dict[tuple[_ColumnKey, ...], _Lines] = {}
    for number, run in enumerate(steps):
        line = list(_line(run, group_of))
        alike.setdefault(tuple(key for key, _ in line), {})[number] = [part for _, part in line]
    columns: list[Column | ColumnBlock] = []
    for keys, lines in alike.items():
        columns = _with_runs(columns, keys, lines)
    return _with_fallbacks(columns, frozenset(range(len(steps))), repeats)


def _line(
    run: Iterable[StepOccurrences], group_of: dict[Key, frozenset[Key]]
) -> Iterator[tuple[_ColumnKey, list[StepOccurrences]]]:
    """Yield the steps of a run by column key. The adjacent steps of a group share one key."""
    for group, part in groupby(run, lambda step: group_of.get(step.key)):
        if group is None:
            yield from ((step.key, [step]) for step in part)
        else:
            yield group, list(part)


def _rank(run: Sequence[StepOccurrences]) -> tuple[int, list[tuple[Key, list[int]]]]:
    return -len(run), [(step.key, [seen.status for seen in step.seen]) for step in run]


def _steps(run: Iterable[Seen], repeats: Callable[[Seen], bool]) -> Iterator[StepOccurrences]:
    occurrences: list[list[Seen]] = []
    first: dict[Key, list[Seen]] = {}
    for seen in run:
        if repeats(seen) and seen.key in first:
            first[seen.key].append(seen)
        elif occurrences and _goes_on(occurrences[-1], seen):
            occurrences[-1].append(seen)
        else:
            occurrences.append([seen])
            first.setdefault(seen.key, occurrences[-1])
    return (StepOccurrences(seen[0].key, tuple(seen)) for seen in occurrences)


def _goes_on(before: Sequence[Seen], seen: Seen) -> bool:
    # A success after a failure is a new attempt, not the next page or poll.
    tried_again = is_failure(before[-1].status) and not is_failure(seen.status)
    return before[0].key == seen.key and not tried_again


def _with_runs(
    columns: list[Column | ColumnBlock], keys: Sequence[_ColumnKey], lines: _Lines
) -> list[Column | ColumnBlock]:
    """Return ``columns`` with further runs, aligned so that as many equal steps as possible meet."""
    from rapidfuzz.distance import Indel

    # rapidfuzz compares hashes, so compare a number for each step.
    codes: dict[_ColumnKey, int] = {}
    column_codes = [codes.setdefault(column.key, len(codes)) for column in columns]
    run_codes = [codes.setdefault(key, len(codes)) for key in keys]
    result: list[Column | ColumnBlock] = []
    for operation in Indel.opcodes(column_codes, run_codes):
        part = columns[operation.src_start : operation.src_end]
        new = range(operation.dest_start, operation.dest_end)
        if operation.tag == "insert":
            part = [_column(keys[index]) for index in new]
        for column, index in zip(part, new, strict=False):
            for number, line in lines.items():
                column.add(number, line[index])
        result += part
    return result


def _column(key: _ColumnKey) -> Column | ColumnBlock:
    return ColumnBlock(key) if isinstance(key, frozenset) else Column(key)


def _with_fallbacks(
    columns: list[Column | ColumnBlock], everyone: frozenset[int], repeats: Callable[[Seen], bool]
) -> list[Column | ColumnBlock]:
    taken: set[int] = set()
    result: list[Column | ColumnBlock] = []
    for index, column in enumerate(columns):
        if id(column) in taken or not column.runs:
            continue
        if isinstance(column, Column) and not repeats(next(iter(column.steps.values())).seen[0]):
            _take_early(column, _behind(columns, index, taken), everyone)
            column.failing, column.then = _followers(column, _behind(columns, index, taken))
            taken.update(map(id, column.then))
        result.append(column)
    return result


def _behind(
    columns: list[Column | ColumnBlock], index: int, taken: set[int]
) -> Iterator[Column | ColumnBlock]:
    later = (columns[at] for at in range(index + 1, len(columns)))
    return (column for column in later if id(column) not in taken)


def _take_early(column: Column, later: Iterable[Column | ColumnBlock], everyone: frozenset[int]) -> None:
    """Move the same step of other runs from later columns to ``column``, if those runs have no step between.

    A run with a failed first attempt has the step twice. In the alignment, the second attempt may have met
    the only attempt of another run.
    """
    blocked = column.runs
    for later_column in later:
        if blocked >= everyone:
            return
        there = later_column.runs
        if isinstance(later_column, Column) and later_column.key == column.key:
            for run in there - blocked:
                column.steps[run] = later_column.steps.pop(run)
        blocked |= there


def _followers(column: Column, later: Iterable[Column | ColumnBlock]) -> tuple[frozenset[int], list[Column]]:
    """Return the runs in which ``column`` failed, and the next columns that only those runs have: a fallback.

    Both are empty if there is no fallback.
    """
    failed = {run: step for run, step in column.steps.items() if step.failed}
    if len(failed) == len(column.steps):
        then = _search_by_name(column, later)
        return (column.runs, then) if then else (frozenset(), [])
    worked = [step for run, step in column.steps.items() if run not in failed]
    expected = {seen.status for step in worked for seen in step.seen}
    single = all(len(step.seen) == 1 and step.seen[0].status not in expected for step in failed.values())
    then = []
    if failed and worked and single:
        for later_column in later:
            if later_column.runs.isdisjoint(failed):
                continue
            if not isinstance(later_column, Column) or not later_column.runs <= failed.keys():
                break
            then.append(later_column)
    return (frozenset(failed), then) if then else (frozenset(), [])


def _search_by_name(column: Column, later: Iterable[Column | ColumnBlock]) -> list[Column]:
    """Return the next columns that search by name, if ``column`` is a lookup that failed in all runs.

    A request with the ID from the list may end the search. It is the same step as ``column``.
    """
    steps = column.steps.values()
    statuses = {seen.status for step in steps for seen in step.seen}
    if (
        not column.is_lookup
        or not statuses <= data().lookup_statuses
        or any(len(step.seen) > 1 for step in steps)
    ):
        return []
    receiver, _, path, _ = column.key
    collection = path.rpartition("/")[0]
    then: list[Column] = []
    for later_column in later:
        if not isinstance(later_column, Column) or not later_column.runs <= column.runs:
            break
        seen = [exchange for step in later_column.steps.values() for exchange in step.seen]
        if then and later_column.key == column.key and not any(exchange.lookup for exchange in seen):
            return [*then, later_column]
        lists = [(receiver, "GET", collection), (receiver, "GET", f"{collection}/detail")]
        if later_column.key[:3] not in lists or not all(exchange.searched for exchange in seen):
            break
        then.append(later_column)
    return then
