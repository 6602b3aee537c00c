"""Entries of a sequence from the columns of aligned runs."""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import chain, count
from typing import TYPE_CHECKING

import msgspec

from tracer.api_reference import operation_of
from tracer.sequences.learning.merging import Column, ColumnBlock
from tracer.sequences.learning.ordering import common_order
from tracer.sequences.learning.prologue_steps import known_beginning
from tracer.sequences.learning.request_entries import common_operation, request_entry
from tracer.sequences.learning.summaries import data, summary
from tracer.sequences.loading import common_calls
from tracer.sequences.schema import AnyOrder, Entry, Fallback
from tracer.sequences.templates import fits, member

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence, Set

    from tracer.sequences.learning.observing import Seen
    from tracer.sequences.schema import Item

__all__ = ["items"]

_SUCCESS = range(200, 300)
_UNNAMED = frozenset({"id", "name"})
_PARAMETER = re.compile(r"[a-z][a-z0-9_]*")


def items(columns: Iterable[Column | ColumnBlock], runs: int) -> list[Item]:
    """Return the items of a sequence for ``columns``, the alignment of ``runs`` runs."""
    numbers = count(1)
    learned = [_item(column, runs, numbers) for column in columns]
    everything = [entry for item in learned for own in _entries(item) for entry in _with_followers(own)]
    anonymous = {_request(entry) for entry in everything if not entry.token}
    return [_without_needless_tokens(item, anonymous) for item in learned]


def _entries(item: Entry | AnyOrder) -> tuple[Entry, ...]:
    return item.any_order if isinstance(item, AnyOrder) else (item,)


def _with_followers(entry: Entry) -> tuple[Entry, ...]:
    return (entry, *entry.fallback.then) if entry.fallback else (entry,)


def _request(entry: Entry) -> tuple[str, str, str]:
    return entry.receiver, entry.method, entry.path


def _without_needless_tokens(item: Entry | AnyOrder, anonymous: Set[tuple[str, str, str]]) -> Item:
    """Return ``item`` without a need of tokens for the ``anonymous`` requests.

    A request that one run sent without a token needs none anywhere: the matching of another run may take
    another entry for it.
    """
    if isinstance(item, AnyOrder):
        return AnyOrder(
            any_order=tuple(_without_needless_token(entry, anonymous) for entry in item.any_order)
        )
    return _without_needless_token(item, anonymous)


def _without_needless_token(entry: Entry, anonymous: Set[tuple[str, str, str]]) -> Entry:
    fallback = entry.fallback
    if fallback:
        then = tuple(_without_needless_token(follower, anonymous) for follower in fallback.then)
        fallback = msgspec.structs.replace(fallback, then=then)
    needs_token = entry.token and (entry.prologue or _request(entry) not in anonymous)
    return msgspec.structs.replace(entry, token=needs_token, fallback=fallback)


def _item(column: Column | ColumnBlock, runs: int, numbers: Iterator[int]) -> Entry | AnyOrder:
    if isinstance(column, Column):
        return _entry(column, runs, numbers)
    entries = [_entry(inner, runs, numbers) for inner in column.columns.values()]
    return AnyOrder(any_order=tuple(entries)) if len(entries) > 1 else entries[0]


def _entry(column: Column, runs: int, numbers: Iterator[int]) -> Entry:
    entry = _exchange(column, column.runs - column.failing, optional=len(column.runs) < runs)
    if any(follower.key == column.key for follower in column.then) and column.failing == column.runs:
        entry = msgspec.structs.replace(entry, loop=True)  # with an ID: the lookup, then the request
    then = _then(column) or _search_by_name(column, entry)
    return msgspec.structs.replace(
        entry,
        steps=(next(numbers), next(numbers)),
        fallback=_fallback(column, entry, then) if then else None,
    )


def _fallback(column: Column, entry: Entry, then: tuple[Entry, ...]) -> Fallback:
    statuses = {column.steps[run].seen[-1].status for run in column.failing}
    if column.is_lookup and then[0].method == "GET":
        statuses |= data().lookup_statuses
    return Fallback(
        status=tuple(sorted(statuses.difference(entry.statuses))),
        then=then,
        summary=summary("fallback", *column.key[:3]),
    )


def _then(column: Column) -> tuple[Entry, ...]:
    """Return the entries after a failure of ``column`` in some of the runs."""
    followers = (
        _exchange(follower, follower.runs, optional=follower.runs != column.failing)
        for follower in column.then
    )
    return tuple(_search(entry) if column.is_lookup and entry.query else entry for entry in followers)


def _search_by_name(column: Column, entry: Entry) -> tuple[Entry, ...]:
    """Return the usual entries after a lookup by ID that failed, for a lookup that succeeded in all runs."""
    if not column.is_lookup or entry.prologue or not all(status in _SUCCESS for status in entry.statuses):
        return ()
    collection = entry.path.rpartition("/")[0]
    if not member(collection.rpartition("/")[2]):
        return ()
    first = next(iter(column.steps.values())).seen[0]
    listing = operation_of(entry.receiver, None, "GET", first.raw.rpartition("/")[0])
    search = msgspec.structs.replace(
        request_entry(entry.receiver, "GET", collection, listing.id if listing else ""),
        query={"name": f"{{{_parameter('name', collection)}}}"},
    )
    with_id = Entry(
        operation=entry.operation,
        receiver=entry.receiver,
        method="GET",
        path=entry.path,
        status=entry.status,
        optional=any(len(step.seen) == 1 for step in column.steps.values()),
        summary=entry.summary,
        reference=entry.reference,
    )
    return (_search(search), with_id) if entry.loop else (_search(search),)


def _search(entry: Entry) -> Entry:
    """Return ``entry``, a search by name, with the statuses of a user without the right to search."""
    refused = data().refused_searches.get(entry.receiver)
    if not refused or entry.method != "GET":
        return entry
    return msgspec.structs.replace(entry, status=tuple(sorted({*entry.statuses, *refused})))


def _exchange(column: Column, counted: Iterable[int], *, optional: bool) -> Entry:
    """Return an entry without steps, with the statuses of the runs ``counted``, 200 without such runs."""
    everything = [seen for _, step in sorted(column.steps.items()) for seen in step.seen]
    statuses = sorted({seen.status for run in counted for seen in column.steps[run].seen}) or [200]
    receiver, method, path, _ = column.key
    prologue_entry = known_beginning(everything[0])
    repeats = prologue_entry is not None and prologue_entry.repeats
    entry = prologue_entry or request_entry(receiver, method, path, common_operation(everything))
    return msgspec.structs.replace(
        entry,
        id="",
        steps=(),
        query=_query(everything),
        status=statuses[0] if len(statuses) == 1 else tuple(statuses),
        optional=optional or entry.optional,
        token=bool(prologue_entry) or not any(seen.is_anonymous for seen in everything),
        loop=not repeats and any(len(step.seen) > 1 for step in column.steps.values()),
        **_service_calls(everything),
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


def _service_calls(exchanges: Iterable[Seen]) -> dict[str, tuple[Entry, ...]]:
    """Return an entry for each service call of equal ``exchanges``, in the order sent.

    A call that was late in any of them is one of ``afterwards``; the others are ``calls``.
    """
    own = [[call for call in seen.calls if call.calls or not _is_common(call)] for seen in exchanges]
    alike: defaultdict[tuple[str, str, str], list[Seen]] = defaultdict(list)
    for call in chain.from_iterable(own):
        alike[call.key[:3]].append(call)
    ordered = common_order([call.key[:3] for call in group] for group in own)
    late = {request for request, calls in alike.items() if any(call.is_late for call in calls)}
    return {
        "calls": tuple(_call(alike[request]) for request in ordered if request not in late),
        "afterwards": tuple(_call(alike[request]) for request in ordered if request in late),
    }


def _call(seen: Sequence[Seen]) -> Entry:
    receiver, method, path, _ = seen[0].key
    statuses = sorted({call.status for call in seen})
    return msgspec.structs.replace(
        request_entry(receiver, method, path, common_operation(seen), "call"),
        status=statuses[0] if len(statuses) == 1 else tuple(statuses),
        **_service_calls(seen),
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
