"""What learning sees of recordings: the exchanges that count, each without the values of its run."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qs, unquote

from tracer.errors import InputError
from tracer.sequences.catalogue import Catalogue
from tracer.sequences.excuses import excuses
from tracer.sequences.nesting import parents
from tracer.sequences.sightings import Sighting, sightings
from tracer.sequences.templates import generic

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Set

    from tracer.model import Recording

__all__ = ["Key", "Run", "Seen", "is_failure", "observe"]

Key = tuple[str, str, str, tuple[str, ...]]
"""What is equal where two exchanges are the same step: receiver, method, path template, query parameters."""

# How much of a list is asked for at once, and in which order.
_PAGING = frozenset({
    "limit", "marker", "offset", "page", "page_reverse", "page_size", "sort", "sort_dir", "sort_key",
})  # fmt: skip
_METHOD = re.compile(r"[A-Z]{1,20}")
_NAME = re.compile(r"[a-z][a-z0-9-]{0,63}")


class Seen(NamedTuple):
    """An exchange as learning sees it.

    ``path`` is the template of the path ``raw``. ``query`` has the values of each parameter
    but those for paging; ``searched`` names those whose value a path before had, ``telling`` those
    that tell this request from others, ``varying`` those whose value is the run's own. ``calls`` is
    what the receiver asked others meanwhile.
    """

    receiver: str
    method: str
    raw: str
    path: str
    query: dict[str, tuple[str, ...]]
    searched: frozenset[str]
    status: int
    calls: tuple[Seen, ...] = ()
    telling: tuple[str, ...] = ()
    varying: frozenset[str] = frozenset()

    @property
    def key(self) -> Key:
        """What the same step has in other runs, too."""
        return self.receiver, self.method, self.path, self.telling


class Run(NamedTuple):
    """The exchanges of one recording, and the ``arguments`` of its command."""

    exchanges: tuple[Seen, ...]
    arguments: frozenset[str]


class _Raw(NamedTuple):
    """``own`` are the client's, ``calls`` what the receiver of each exchange asked; all by their indexes."""

    own: Mapping[int, Sighting]
    calls: Mapping[int, Mapping[int, Sighting]]


def is_failure(status: int) -> bool:
    """Whether the request did not do what it was sent for."""
    return status >= 400


def observe(recordings: Mapping[str, Recording], arguments: Mapping[str, Iterable[str]]) -> list[Run]:
    """The runs of ``recordings``, by their names, without what has an excuse: redirects, renewed tokens.

    Raises InputError for a recording that nothing can be learned from.
    """
    raw = {name: _raw(name, recording) for name, recording in recordings.items()}
    counted: set[tuple[object, ...]] = set()
    while True:
        kept = {name: _kept(one.own, counted) for name, one in raw.items()}
        # What nothing stands in for in one run is expected, and so is no excuse in any other.
        found = {_expectation(seen) for one in kept.values() for seen in one.values()}
        if found <= counted:
            break
        counted |= found
    return [Run(_exchanges(kept[name], raw[name]), frozenset(arguments[name])) for name in recordings]


def _raw(name: str, recording: Recording) -> _Raw:
    given = recording.exchanges
    seen = sightings(given, Catalogue.from_exchanges(given))
    for index, one in enumerate(seen):
        problem = _problem(one, given[index].request.url)
        if problem:
            raise InputError(name, problem, f"exchanges[{index}]")
    own = {index: one for index, one in enumerate(seen) if one.sender == "client"}
    if not own:
        raise InputError(name, "no exchange of a client is in it, so there is nothing to learn")
    calls: defaultdict[int, dict[int, Sighting]] = defaultdict(dict)
    for index, parent in enumerate(parents(given)):
        if index not in own:
            before = [caller for caller in own if caller < index]
            calls[parent if parent is not None else max(before, default=min(own))][index] = seen[index]
    return _Raw(own, calls)


def _problem(seen: Sighting, url: str) -> str | None:
    """Why the exchange cannot stand in a sequence."""
    if seen.status is None:
        return "no response came, so this run is no example to learn from"
    if not seen.receiver:
        return f"who answers at {url} is not known; record it with --participants"
    if (
        not _METHOD.fullmatch(seen.method)
        or not _NAME.fullmatch(seen.receiver)
        or not 100 <= seen.status <= 599
    ):
        return "a method, a receiver or a status that no sequence can have"
    return None


def _kept(own: Mapping[int, Sighting], counted: set[tuple[object, ...]]) -> dict[int, Sighting]:
    run = list(own.values())
    excused = excuses(run, lambda place: _expectation(run[place]) in counted)
    return {index: seen for place, (index, seen) in enumerate(own.items()) if not excused.covers(place)}


def _expectation(seen: Sighting) -> tuple[object, ...]:
    return seen.receiver, seen.method, generic(seen.path), seen.status


def _exchanges(kept: Mapping[int, Sighting], raw: _Raw) -> tuple[Seen, ...]:
    asked: set[str] = set()
    exchanges: list[Seen] = []
    for index, seen in kept.items():
        exchanges.append(_seen(index, seen, raw, asked))
        asked.update(unquote(segment) for segment in seen.path.split("/"))
    return tuple(exchanges)


def _seen(index: int, seen: Sighting, raw: _Raw, asked: Set[str]) -> Seen:
    query = _query(seen.query)
    assert seen.status is not None, "refused before"
    return Seen(
        receiver=seen.receiver,
        method=seen.method,
        raw=seen.path,
        path=generic(seen.path),
        query=query,
        searched=frozenset(key for key, values in query.items() if not asked.isdisjoint(values)),
        status=seen.status,
        calls=tuple(_seen(at, call, raw, frozenset()) for at, call in raw.calls.get(index, {}).items()),
    )


def _query(query: str) -> dict[str, tuple[str, ...]]:
    try:
        given = parse_qs(query, keep_blank_values=True, max_num_fields=100)
    except ValueError:
        return {}
    return {key: tuple(values) for key, values in given.items() if key not in _PAGING}
