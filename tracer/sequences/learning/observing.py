"""The relevant exchanges of recordings, without the values of each run."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qs, unquote

from tracer.errors import InputError
from tracer.sequences.catalogue import Catalogue
from tracer.sequences.nesting import parents
from tracer.sequences.observations import Observation, ObservedRun, observations
from tracer.sequences.operations import operations_of
from tracer.sequences.templates import generic
from tracer.sequences.tolerated import tolerated

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence, Set

    from tracer.model import Exchange, Recording
    from tracer.sequences.operations import RequestOperation

__all__ = ["Key", "LearnedRun", "Seen", "is_failure", "observe_recordings"]

Key = tuple[str, str, str, tuple[str, ...]]
"""The identity of a step: receiver, method, path template, and query parameters."""

# Query parameters for the size of a page and the order of a list.
_PAGING = frozenset({
    "limit", "marker", "offset", "page", "page_reverse", "page_size", "sort", "sort_dir", "sort_key",
})  # fmt: skip
_METHOD = re.compile(r"[A-Z]{1,20}")
_STRING = re.compile(r'"([^"\\]{1,255})"')
_NAME = re.compile(r"[a-z][a-z0-9-]{0,63}")

_DEEPEST = 20
"""Maximum depth of service calls inside service calls. A file can have a limited number of levels only."""


class Seen(NamedTuple):
    """The parts of an exchange that learning uses.

    ``path`` is the template of the path ``raw``. ``query`` has the values of each query parameter, except
    parameters for paging. ``searched`` are the parameters with a value from an earlier path, ``telling`` the
    parameters that identify the request, ``varying`` the parameters with a value of the run. ``calls`` are
    the service calls that the receiver sent for the exchange; one of them is ``is_late`` if it was sent after
    the response. ``lookup`` is true if the end of the path is
    in no earlier response: if it is an ID or a name, the user gave it. ``is_anonymous`` says that the request
    has no credential. ``operation`` is the ID of the operation in the API reference, empty if there is none.
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
    lookup: bool = False
    is_anonymous: bool = False
    operation: str = ""
    is_late: bool = False

    @property
    def key(self) -> Key:
        """Return the identity of the step, which is equal in all runs."""
        return self.receiver, self.method, self.path, self.telling


class LearnedRun(NamedTuple):
    """The exchanges of one recording, and the ``arguments`` of its command."""

    exchanges: tuple[Seen, ...]
    arguments: frozenset[str]


class _Raw(NamedTuple):
    """The exchanges of the client (``own``) and the service calls for each exchange (``calls``), by index.

    ``given`` has all exchanges of the recording, ``operations`` the operation of each.
    """

    own: Mapping[int, Observation]
    calls: Mapping[int, Mapping[int, Observation]]
    given: Sequence[Exchange]
    operations: Sequence[RequestOperation | None]


def is_failure(status: int) -> bool:
    """Return whether ``status`` is an error (400 or more)."""
    return status >= 400


def observe_recordings(
    recordings: Mapping[str, Recording], arguments: Mapping[str, Iterable[str]]
) -> list[LearnedRun]:
    """Return the runs of ``recordings``, by name, without tolerated exchanges: redirects, renewed tokens.

    Raise InputError for a recording from which nothing can be learned.
    """
    raw = {name: _raw(name, recording) for name, recording in recordings.items()}
    counted: set[tuple[object, ...]] = set()
    while True:
        relevant = {name: _select_relevant(run.own, counted) for name, run in raw.items()}
        # An exchange that is not tolerated in one run is expected in all runs.
        expected = {_expectation(seen) for exchanges in relevant.values() for seen in exchanges.values()}
        if expected <= counted:
            break
        counted |= expected
    return [
        LearnedRun(_exchanges(relevant[name], raw[name]), frozenset(arguments[name])) for name in recordings
    ]


def _raw(name: str, recording: Recording) -> _Raw:
    given = recording.exchanges
    seen = observations(given, Catalogue.from_exchanges(given))
    for index, observation in enumerate(seen):
        problem = _problem(observation, given[index].request.url)
        if problem:
            raise InputError(name, problem, f"exchanges[{index}]")
    own = {index: observation for index, observation in enumerate(seen) if observation.sender == "client"}
    if not own:
        raise InputError(name, "no exchange of a client is in it, so there is nothing to learn")
    calls: defaultdict[int, dict[int, Observation]] = defaultdict(dict)
    depths: list[int] = []
    latest = min(own)
    for index, parent in enumerate(parents(given)):
        if index in own:
            latest = index
            depths.append(0)
            continue
        caller = latest if parent is None else parent
        calls[caller][index] = seen[index]
        depths.append(1 if caller in own else depths[caller] + 1)
        if depths[index] > _DEEPEST:
            problem = f"more than {_DEEPEST} service calls, each of them a cause of the next one"
            raise InputError(name, problem, f"exchanges[{index}]")
    return _Raw(own, calls, given, operations_of(ObservedRun(given, seen), recording.cloud.release))


def _problem(seen: Observation, url: str) -> str | None:
    """Return the reason why the exchange cannot be part of a sequence, or None."""
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


def _select_relevant(
    own: Mapping[int, Observation], counted: set[tuple[object, ...]]
) -> dict[int, Observation]:
    run = list(own.values())
    tolerated_exchanges = tolerated(run, lambda position: _expectation(run[position]) in counted)
    return {
        index: seen
        for position, (index, seen) in enumerate(own.items())
        if not tolerated_exchanges.covers(position)
    }


def _expectation(seen: Observation) -> tuple[object, ...]:
    return seen.receiver, seen.method, generic(seen.path, seen.names), seen.status


def _exchanges(relevant: Mapping[int, Observation], raw: _Raw) -> tuple[Seen, ...]:
    asked: set[str] = set()
    answered: set[str] = set()
    exchanges: list[Seen] = []
    for index, seen in relevant.items():
        exchange = _seen(index, seen, raw, asked)
        exchanges.append(exchange._replace(lookup=_is_lookup(exchange, answered)))
        asked.update(unquote(segment) for segment in seen.path.split("/"))
        response = raw.given[index].response
        if response is not None and response.body is not None:
            answered.update(_STRING.findall(response.body.json or ""))
    return tuple(exchanges)


def _is_lookup(exchange: Seen, answered: Set[str]) -> bool:
    value = unquote(exchange.raw.rpartition("/")[2])
    return exchange.method == "GET" and value not in answered


def _seen(index: int, seen: Observation, raw: _Raw, asked: Set[str]) -> Seen:
    query = _query(seen.query)
    assert seen.status is not None, "refused before"
    operation = raw.operations[index]
    return Seen(
        receiver=seen.receiver,
        method=seen.method,
        raw=seen.path,
        path=generic(seen.path, seen.names),
        query=query,
        searched=frozenset(key for key, values in query.items() if not asked.isdisjoint(values)),
        status=seen.status,
        calls=tuple(
            _seen(at, call, raw, frozenset())._replace(is_late=_is_late(raw.given[at], raw.given[index]))
            for at, call in raw.calls.get(index, {}).items()
        ),
        is_anonymous=seen.is_anonymous,
        operation="" if operation is None else operation.id,
    )


def _is_late(call: Exchange, caller: Exchange) -> bool:
    return caller.ended is not None and call.started > caller.ended


def _query(query: str) -> dict[str, tuple[str, ...]]:
    try:
        given = parse_qs(query, keep_blank_values=True, max_num_fields=100)
    except ValueError:
        return {}
    return {key: tuple(values) for key, values in given.items() if key not in _PAGING}
