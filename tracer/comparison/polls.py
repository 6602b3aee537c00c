"""Polls: requests that a client repeats until an object has reached a state.

How many polls a run has, and which states they show, is chance. The last request shows the result. The
service calls that nest under a poll are a part of it.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from tracer.comparison.differences import Location
from tracer.comparison.json_values import read_json
from tracer.comparison.message_values import json_text, status_of
from tracer.comparison.request_keys import request_key
from tracer.comparison.volatile_rules import shows_state, transitional_state
from tracer.sequences import parents

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from tracer.comparison.request_keys import RequestKey
    from tracer.comparison.volatile_rules import TransitionalState
    from tracer.model import Exchange

__all__ = ["Poll", "Polls", "State", "chance"]

_BODY = Location("response", "", "").within("body")

State = tuple[tuple[str, str], ...]
"""The texts that tell the state of an object, with their general locations."""


class Poll(NamedTuple):
    """A poll: the rule that its state fits, and this state."""

    rule: TransitionalState
    state: State


class Polls:
    """The polls of a run: GET requests that the run repeats later, whose responses show a transitional state.

    ``found`` has the polls by index. ``nested`` has the service calls under polls by index, each with the
    index of its poll. ``requests`` has the keys of the polled requests. ``families`` has each exchange with
    such a request, also the last one, and each service call under it, by index, with the key of this request.
    """

    def __init__(self, exchanges: Sequence[Exchange]) -> None:
        self.found = _polls(exchanges)
        self.requests = frozenset(request_key(exchanges[index]) for index in self.found)
        self.families: dict[int, RequestKey] = {}
        self.nested: dict[int, int] = {}
        self._calls: defaultdict[int, list[int]] = defaultdict(list)
        if not self.found:
            return
        causes = parents(exchanges)
        self.families = _families(exchanges, causes, self.requests)
        for index, cause in enumerate(causes):
            if cause is not None and (cause in self.nested or cause in self.found):
                poll = self.nested[index] = self.nested.get(cause, cause)
                self._calls[poll].append(index)

    def calls(self, poll: int) -> list[int]:
        """Return the indexes of the service calls under ``poll``."""
        return self._calls.get(poll, [])


def chance(
    polls: Polls, exchanges: Sequence[Exchange], other_exchanges: Sequence[Exchange]
) -> dict[int, str]:
    """Return the reasons of the exchanges that one run has by chance, in comparison with another run.

    Such are all polls, and each service call under a poll that the other run has under the same request, also
    if the other run sends this request once. A call that the other run lacks there is a difference once,
    however often it is repeated.
    """
    reasons = {index: poll.rule.name for index, poll in polls.found.items()}
    if not polls.nested:
        return reasons
    known: defaultdict[RequestKey, set[tuple[RequestKey, int]]] = defaultdict(set)
    for index, family in _families(other_exchanges, parents(other_exchanges), polls.requests).items():
        known[family].add(_kind(other_exchanges[index]))
    # The request itself is a difference if the other run lacks it.
    lacking = {polls.families[index] for index in polls.found} - known.keys()
    for index, poll in polls.nested.items():
        family, kind = polls.families[index], _kind(exchanges[index])
        if family in lacking or kind in known[family]:
            reasons[index] = reasons[poll]
        known[family].add(kind)
    return reasons


def _families(
    exchanges: Sequence[Exchange], causes: Sequence[int | None], requests: Collection[RequestKey]
) -> dict[int, RequestKey]:
    """Return the key of the outermost of ``requests`` that each exchange has, or is under, by index."""
    families: dict[int, RequestKey] = {}
    for index, cause in enumerate(causes):
        key = request_key(exchanges[index])
        if cause is not None and cause in families:
            families[index] = families[cause]
        elif key in requests:
            families[index] = key
    return families


def _kind(exchange: Exchange) -> tuple[RequestKey, int]:
    return request_key(exchange), status_of(exchange)


def _polls(exchanges: Sequence[Exchange]) -> dict[int, Poll]:
    groups: defaultdict[tuple[str, str, str], list[int]] = defaultdict(list)
    for index, exchange in enumerate(exchanges):
        if exchange.request.method == "GET":
            groups[exchange.sender, exchange.receiver, exchange.request.url].append(index)
    found: dict[int, Poll] = {}
    for indexes in groups.values():
        for index in indexes[:-1]:
            if poll := _poll(exchanges[index]):
                found[index] = poll
    return found


def _poll(exchange: Exchange) -> Poll | None:
    """Return the poll if the response of ``exchange`` shows a transitional state."""
    try:
        content = read_json(json_text(exchange.response))
    except ValueError:
        return None
    state = tuple((location, text) for location, text in _texts(content) if shows_state(location))
    rules = (transitional_state(location, text) for location, text in state)
    rule = next((rule for rule in rules if rule is not None), None)
    return None if rule is None else Poll(rule, state)


def _texts(content: object) -> Iterator[tuple[str, str]]:
    """Yield the texts of an object, and of the objects inside of it, with their general locations."""
    if not isinstance(content, dict):
        return
    for key, value in content.items():
        location = _BODY.key(key)
        if isinstance(value, str):
            yield location.general, value
        elif isinstance(value, dict):
            texts = ((inner, text) for inner, text in value.items() if isinstance(text, str))
            yield from ((location.key(inner).general, text) for inner, text in texts)
