"""Entries of a sequence from the columns of aligned runs."""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import count
from typing import TYPE_CHECKING

import msgspec

from tracer.sequences.learning.merging import Column, ColumnBlock
from tracer.sequences.learning.prologue_steps import known_beginning
from tracer.sequences.learning.summaries import summary
from tracer.sequences.loading import common_calls
from tracer.sequences.schema import AnyOrder, Entry, Fallback
from tracer.sequences.templates import fits, member

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tracer.sequences.learning.observing import Seen
    from tracer.sequences.schema import Item

__all__ = ["items"]

_UNNAMED = frozenset({"id", "name"})
_PARAMETER = re.compile(r"[a-z][a-z0-9_]*")


def items(columns: Iterable[Column | ColumnBlock], runs: int) -> list[Item]:
    """Return the items of a sequence for ``columns``, the alignment of ``runs`` runs."""
    numbers = count(1)
    return [_item(column, runs, numbers) for column in columns]


def _item(column: Column | ColumnBlock, runs: int, numbers: Iterator[int]) -> Item:
    if isinstance(column, Column):
        return _entry(column, runs, numbers)
    entries = [_entry(inner, runs, numbers) for inner in column.columns.values()]
    return AnyOrder(any_order=tuple(entries)) if len(entries) > 1 else entries[0]


def _entry(column: Column, runs: int, numbers: Iterator[int]) -> Entry:
    entry = _exchange(column, column.runs - column.failing, optional=len(column.runs) < runs)
    return msgspec.structs.replace(
        entry, steps=(next(numbers), next(numbers)), fallback=_fallback(column) if column.then else None
    )


def _fallback(column: Column) -> Fallback:
    return Fallback(
        status=tuple(sorted({column.steps[run].seen[-1].status for run in column.failing})),
        then=tuple(
            _exchange(follower, follower.runs, optional=follower.runs != column.failing)
            for follower in column.then
        ),
        summary=summary("fallback", *column.key[:3]),
    )


def _exchange(column: Column, counted: Iterable[int], *, optional: bool) -> Entry:
    """Return an entry without steps, with the statuses of the runs ``counted``."""
    everything = [seen for _, step in sorted(column.steps.items()) for seen in step.seen]
    statuses = sorted({seen.status for run in counted for seen in column.steps[run].seen})
    receiver, method, path, _ = column.key
    prologue_entry = known_beginning(everything[0])
    repeats = prologue_entry is not None and prologue_entry.repeats
    entry = prologue_entry or Entry(
        receiver=receiver, method=method, path=path, status=200, summary=summary("", receiver, method, path)
    )
    return msgspec.structs.replace(
        entry,
        steps=(),
        query=_query(everything),
        status=statuses[0] if len(statuses) == 1 else tuple(statuses),
        optional=optional or entry.optional,
        token=bool(prologue_entry) or not any(seen.is_anonymous for seen in everything),
        loop=not repeats and any(len(step.seen) > 1 for step in column.steps.values()),
        calls=tuple(_calls(call for seen in everything for call in seen.calls)),
    )


def _query(seen: list[Seen]) -> dict[str, str]:
    """Return the query parameters that identify the request, with their values or ``{a_parameter}``."""
    searched = frozenset.intersection(*(exchange.searched for exchange in seen))
    return {key: _value(key, seen) for key in sorted({*seen[0].telling, *searched})}


def _value(key: str, seen: list[Seen]) -> str:
    values = {exchange.query[key] for exchange in seen}
    literal = "".join(next(iter(values)))
    varies = len(values) > 1 or any(
        key in exchange.varying or len(exchange.query[key]) > 1 for exchange in seen
    )
    return f"{{{_parameter(key, seen[0].path)}}}" if varies or re.search(r"[{}]", literal) else literal


def _parameter(key: str, path: str) -> str:
    """Return a name for the value of the query parameter ``key``: ``image_name`` for ``name`` of an image."""
    member_id = member(path.rpartition("/")[2])
    if key in _UNNAMED and member_id:
        return member_id.removesuffix("id") + key
    name = re.sub(r"[^a-z0-9]+", "_", key.lower()).strip("_")
    return name if _PARAMETER.fullmatch(name) else "value"


def _calls(calls: Iterable[Seen]) -> Iterator[Entry]:
    alike: defaultdict[tuple[str, str, str], list[Seen]] = defaultdict(list)
    for call in calls:
        if call.calls or not _is_common(call):
            alike[call.receiver, call.method, call.path].append(call)
    for request, seen in sorted(alike.items()):
        statuses = sorted({call.status for call in seen})
        yield Entry(
            receiver=request[0],
            method=request[1],
            path=request[2],
            status=statuses[0] if len(statuses) == 1 else tuple(statuses),
            calls=tuple(_calls(inner for call in seen for inner in call.calls)),
            summary=summary("call", *request),
        )


def _is_common(call: Seen) -> bool:
    """Return whether ``call`` is a documented call that any service may send at any time."""
    return any(
        call.receiver == common_call.receiver
        and call.method == common_call.method
        and fits(common_call.path, call.raw)
        and not common_call.query
        and call.status in common_call.statuses
        for common_call in common_calls()
    )
