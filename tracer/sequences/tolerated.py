"""Exchanges outside the documented order, because a later exchange replaces them.

After a redirect, the client sends the same request to another URL. After a token has expired (401), the
client logs in again and repeats the request with a new token. After a failure that may pass, the client
repeats the request (``retries``). These exchanges are found before the alignment of a run, and get the
steps of the exchange that replaces them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from tracer.sequences.retries import retried
from tracer.sequences.templates import normal
from tracer.sequences.token_requests import is_login
from tracer.urls import split

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Hashable, Sequence

    from tracer.sequences.observations import Observation

__all__ = ["REPLACEABLE", "ToleratedExchanges", "tolerated"]

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
REPLACEABLE = _REDIRECTS | {401}
"""The statuses of exchanges that a later exchange can replace."""


class ToleratedExchanges(NamedTuple):
    """The tolerated exchanges of a run.

    ``stand_ins`` maps the index of a tolerated exchange to the index of the later exchange that replaces it.
    ``logins`` are the indexes of further logins, which the client sent because a token had expired. They
    include the exchanges of other ways to a token.
    """

    stand_ins: dict[int, int]
    logins: frozenset[int]

    def covers(self, index: int) -> bool:
        """Return whether the exchange at ``index`` is tolerated."""
        return index in self.stand_ins or index in self.logins


def tolerated(
    run: Sequence[Observation],
    is_expected: Callable[[int], bool],
    is_way: Callable[[int], bool] = lambda _index: False,
) -> ToleratedExchanges:
    """Return the tolerated exchanges of ``run``. A documented exchange is none of them.

    ``is_expected`` and ``is_way`` take the index of an exchange. ``is_expected`` returns whether the exchange
    is documented as it is, ``is_way`` whether it belongs to a way to a token.
    """
    stand_ins = _followed_redirects(run, is_expected)
    renewed, logins = _renewed_tokens(run, is_expected, is_way)
    return ToleratedExchanges(retried(run, is_expected) | stand_ins | renewed, logins)


def _followed_redirects(run: Sequence[Observation], is_expected: Callable[[int], bool]) -> dict[int, int]:
    redirects = {
        index: seen for index, seen in enumerate(run) if seen.status in _REDIRECTS and not is_expected(index)
    }
    later = _Positions(run, _target_of, redirects.values())
    stand_ins: dict[int, int] = {}
    for index, seen in redirects.items():
        follower = later.after(index, _target_of(seen))
        if follower is not None and _follows(seen, run[follower]):
            stand_ins[index] = follower
    return stand_ins


def _follows(redirect: Observation, seen: Observation) -> bool:
    # 303 changes any method to GET; for 301 and 302, clients also change POST (RFC 9110, section 15.4).
    if seen.method not in (redirect.method, "GET"):
        return False
    if not redirect.location:
        return seen.query == redirect.query
    target = split(redirect.location)
    if target is None or target.query != seen.query:
        return False
    return not target.path.startswith("/") or normal(target.path) == normal(seen.mount + seen.whole_path)


def _renewed_tokens(
    run: Sequence[Observation], is_expected: Callable[[int], bool], is_way: Callable[[int], bool]
) -> tuple[dict[int, int], frozenset[int]]:
    refused = {
        index: seen
        for index, seen in enumerate(run)
        if seen.status == 401 and seen.has_token and not is_expected(index)
    }
    again = _Positions(run, _request_of, refused.values())
    logins = _logins(run)
    of_ways = [index for index in range(len(run)) if is_way(index)]
    stand_ins: dict[int, int] = {}
    repeats: set[int] = set()
    further: set[int] = set()
    for position, seen in refused.items():
        if position in repeats:
            continue
        repeat = again.after(position, _request_of(seen))
        own = logins[seen.sender]
        between = own[bisect_right(own, position) : bisect_right(own, repeat or 0)]
        ways = of_ways[bisect_right(of_ways, position) : bisect_right(of_ways, repeat or 0)]
        if repeat is None or not (between or ways):
            continue
        stand_ins[position] = repeat
        repeats.add(repeat)
        # The first way of a run is not a repetition.
        if of_ways and of_ways[0] < position:
            further.update(ways)
        if not between:
            continue
        # Concurrent requests may share a login, or have a login each.
        login = next((index for index in between if index not in further), between[0])
        # The first login of a sender is not a repetition, unless a cached token has expired during the run.
        if login != own[0] or any(
            is_expected(index) and run[index].receiver != "keystone" for index in range(position)
        ):
            further.add(login)
    return stand_ins, frozenset(further)


def _logins(run: Sequence[Observation]) -> defaultdict[str, list[int]]:
    """Return the indexes of the successful logins of each sender, in order."""
    logins: defaultdict[str, list[int]] = defaultdict(list)
    for index, seen in enumerate(run):
        if is_login(seen.method, seen.path) and seen.status == 201:
            logins[seen.sender].append(index)
    return logins


def _request_of(seen: Observation) -> tuple[Hashable, ...]:
    return *_target_of(seen), seen.method, seen.query, seen.has_token


def _target_of(seen: Observation) -> tuple[str, str, str]:
    return seen.sender, seen.receiver, seen.path


class _Positions:
    """The positions of exchanges in a run, for the kinds of the exchanges ``wanted``."""

    def __init__(
        self,
        run: Sequence[Observation],
        kind: Callable[[Observation], Hashable],
        wanted: Collection[Observation],
    ) -> None:
        self._at: dict[Hashable, list[int]] = {kind(seen): [] for seen in wanted}
        for index, seen in enumerate(run if wanted else ()):
            positions = self._at.get(kind(seen))
            if positions is not None:
                positions.append(index)

    def after(self, index: int, kind: Hashable) -> int | None:
        """Return the index of the next exchange of ``kind`` after ``index``, or None."""
        positions = self._at.get(kind, [])
        next_one = bisect_right(positions, index)
        return positions[next_one] if next_one < len(positions) else None
