"""The moments of an object: the values that the responses to a repeated request show, one after the other.

An object gains its values on the way to its last state: a value that is null or empty at one moment exists at
the next moment. So a poll of one run may show a value that no poll of the other run shows. But some response
of the other run shows it, or the value is a difference.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec import structs

from tracer.comparison.differences import Location
from tracer.comparison.json_values import read_json
from tracer.comparison.message_values import json_text
from tracer.comparison.request_keys import request_key
from tracer.comparison.trees import kind_of, location_of_value
from tracer.comparison.volatile import skeleton, volatile_reasons
from tracer.comparison.volatile_rules import is_among

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tracer.comparison.differences import Change
    from tracer.comparison.polls import Polls
    from tracer.comparison.request_keys import RequestKey
    from tracer.comparison.volatile_rules import TransitionalState
    from tracer.model import Exchange

__all__ = ["Moments", "MomentsOfRuns"]

_BODY = Location("response", "", "").within("body")
_LAST_STEP = re.compile(r"\[\]$|\.[\w-]+$|\[\"(?:[^\"\\]|\\.)*\"\]$")
_EMPTY: tuple[object, ...] = (None, "", [], {})


class Moments:
    """The values at each location in several responses to one request.

    The moments are ``settled`` if one of the responses shows an object that is not in transition.
    """

    def __init__(self, exchanges: Iterable[Exchange], *, settled: bool) -> None:
        self._settled = settled
        self._values: defaultdict[str, defaultdict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        """The texts of the values that are not empty, by general location and type."""
        for exchange in exchanges:
            with suppress(ValueError, RecursionError):  # no JSON, or with many levels
                self._add(read_json(json_text(exchange.response)), _BODY)

    def _add(self, value: object, location: Location) -> None:
        if value in _EMPTY:
            return
        self._values[location.general][kind_of(value)].add(_text(value, location.general))
        for inner, inside in _inner(value, location):
            self._values.setdefault(inside.general, defaultdict(set))
            self._add(inner, inside)

    def accept(self, value: object, location: Location, rule: TransitionalState) -> bool:
        """Return whether an object that shows ``value`` at ``location`` may show these moments, too."""
        general = location.general
        if general not in self._values:
            # An object or a list that is empty at all moments says nothing about its content.
            is_empty = not self._values.get(_LAST_STEP.sub("", general))
            may_follow = not self._settled and is_among(general, rule.optional)
            return may_follow or (is_empty and is_among(general, rule.varying))
        known = self._values[general]
        if value in _EMPTY:
            return True
        kind = kind_of(value)
        if known and kind not in known:
            return False
        if not known and not self._settled:
            return True
        if isinstance(value, (dict, list)):
            return all(self.accept(inner, inside, rule) for inner, inside in _inner(value, location))
        return is_among(general, rule.varying) or _text(value, general) in known.get(kind, ())


class MomentsOfRuns:
    """The moments that two runs show in the responses of repeated requests, and of the calls under these."""

    def __init__(
        self, runs: tuple[Sequence[Exchange], Sequence[Exchange]], polls: tuple[Polls, Polls]
    ) -> None:
        self._runs = runs
        self._polls = polls
        self._indexes = tuple(_by_request(run, of_run) for run, of_run in zip(runs, polls, strict=True))
        self._moments: dict[tuple[int, RequestKey, RequestKey], Moments] = {}

    def explain(self, changes: Iterable[Change], index_before: int, index_after: int) -> Iterator[Change]:
        """Yield the changes between two exchanges. Changes by chance between two polls get their reason.

        A service call under a poll counts as a part of the poll.
        """
        poll, other = (
            polls.found.get(polls.nested.get(index, index))
            for polls, index in zip(self._polls, (index_before, index_after), strict=True)
        )
        if poll is None or other is None:
            yield from changes
            return
        rule = poll.rule
        is_same_state = poll.state == other.state
        if not is_same_state:
            # In another state, any value may be another one.
            rule = structs.replace(rule, varying=("**",))
        explained = False
        sizes: list[Change] = []
        for change in changes:
            if change.reason or change.kind == "same" or change.location.side != "response":
                yield change
            elif _is_size(change):
                sizes.append(change)
            elif change.location.general.startswith("body") and self._is_chance(
                change, rule, index_before, is_same_state
            ):
                explained = True
                yield change._replace(reason=poll.rule.name)
            else:
                yield change
        yield from (change._replace(reason=poll.rule.name) if explained else change for change in sizes)

    def _is_chance(
        self, change: Change, rule: TransitionalState, index_before: int, is_same_state: bool
    ) -> bool:
        """Return whether ``change`` only shows that the responses are of different moments."""
        location = change.location
        if change.kind in ("added", "removed") and not is_among(location.general, rule.optional):
            return False
        if change.kind in ("added", "removed") and not is_same_state:
            return True
        if volatile_reasons(change) and not is_among(location.general, rule.varying):
            # The values still belong together.
            return False
        before, after = (self._of(side, index_before) for side in (0, 1))
        try:
            gained = change.kind == "removed" or before.accept(change.after, location, rule)
            return gained and (change.kind == "added" or after.accept(change.before, location, rule))
        except RecursionError:
            return False

    def _of(self, side: int, index_before: int) -> Moments:
        """Return the moments of one run for the request of an exchange in the first run."""
        family = self._polls[0].families[index_before]
        key = request_key(self._runs[0][index_before])
        if (side, family, key) not in self._moments:
            run, polls = self._runs[side], self._polls[side]
            indexes = self._indexes[side].get((family, key), ())
            settled = any(
                index not in polls.found and index not in polls.nested and _succeeds(run[index])
                for index in indexes
            )
            self._moments[side, family, key] = Moments((run[index] for index in indexes), settled=settled)
        return self._moments[side, family, key]


def _by_request(run: Sequence[Exchange], polls: Polls) -> dict[tuple[RequestKey, RequestKey], list[int]]:
    """Return the indexes of the exchanges in families of polls, by their family and their own request."""
    indexes: defaultdict[tuple[RequestKey, RequestKey], list[int]] = defaultdict(list)
    for index, family in polls.families.items():
        indexes[family, request_key(run[index])].append(index)
    return dict(indexes)


def _succeeds(exchange: Exchange) -> bool:
    return exchange.response is not None and exchange.response.status < 400


def _is_size(change: Change) -> bool:
    """Return whether ``change`` is the size of a content, in numbers."""
    return change.location.general in ("content.size", "headers.content-length") and all(
        str(size).isdecimal() for size in (change.before, change.after)
    )


def _inner(value: object, location: Location) -> list[tuple[object, Location]]:
    if isinstance(value, dict):
        return [(inner, location_of_value(key, location)) for key, inner in value.items()]
    if isinstance(value, list):
        return [(inner, location.item("")) for inner in value]
    return []


def _text(value: object, general: str) -> str:
    """Return the text of a scalar without its volatile parts."""
    return "" if isinstance(value, (dict, list)) else skeleton(json.dumps(value, ensure_ascii=False), general)
