"""Sentences on why an exchange does not match its nearest step."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tracer.sequences.observations import has_action, has_path
from tracer.sequences.templates import fits, normal, with_query
from tracer.urls import authority, origin

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from tracer.model import Exchange
    from tracer.sequences.alignment import Aligned
    from tracer.sequences.automaton import Automaton, Rule
    from tracer.sequences.observations import Observation
    from tracer.sequences.schema import Entry

__all__ = [
    "differences",
    "distance",
    "explain",
    "explain_missing",
    "is_near",
    "request_of",
    "status_problem",
]

_FAILURES = 400  # RFC 9110, section 15: statuses of errors begin here
_VERSION = re.compile(r"v\d+(\.\d+)?")


def explain(
    machine: Automaton,
    run: Sequence[Observation],
    aligned: Sequence[Aligned],
    indexes: Sequence[int],
    exchanges: Sequence[Exchange],
) -> dict[int, str]:
    """Return, by index of each deviating exchange, the nearest rule and the reason for the mismatch.

    ``indexes`` are the indexes in the recording for the exchanges of ``run``; ``exchanges`` are all exchanges
    of the recording. For an exchange that reached no service, the reason is the host and the error.
    """
    receivers = {rule.entry.receiver for rule in machine.rules}
    first: dict[int, tuple[int, Observation]] = {}
    reasons: dict[int, str] = {}
    for index, seen, what in zip(indexes, run, aligned, strict=True):
        if what.rule is not None:
            first.setdefault(min(machine.rules[what.rule].equivalents), (index, seen))
    for index, seen, what in zip(indexes, run, aligned, strict=True):
        if what.verdict == "wrong-status" and what.rule is not None:
            rule = machine.rules[what.rule]
            reasons[index] = f"would be {_name(rule)}, but {status_problem(seen, rule.statuses)}"
        elif what.verdict == "unexpected" and _reached_nobody(seen, receivers):
            reasons[index] = _explain_unreached(exchanges[index])
        elif what.verdict == "unexpected":
            reasons[index] = _explain_unexpected(machine, seen, first)
    return reasons


def request_of(seen: Observation) -> str:
    """Return the method and the path template of a request, without values of the run."""
    if seen.method == "CONNECT":  # a tunnel to a host has no path
        return seen.method
    return f"{seen.method} {seen.generic_path}"


def explain_missing(rule: Rule, *, begun: bool) -> str:
    """Return the text for a missing required ``rule``, or with ``begun`` for the missing end of its loop."""
    end = "the end of the loop of " if begun else ""
    return f"missing: {end}{_name(rule)}, {_request(rule.entry)}"


def _reached_nobody(seen: Observation, receivers: Collection[str]) -> bool:
    """Return whether ``seen`` reached no service, so that no step is near it.

    A service that never answered at an unknown address cannot be identified.
    """
    return seen.method == "CONNECT" or (seen.status is None and seen.receiver not in receivers)


def _explain_unreached(exchange: Exchange) -> str:
    """Return a clause with the host that was not reached, and the reason."""
    cloud = origin(exchange.request.url)
    host = authority(cloud) if cloud else exchange.request.url
    lack = "connection to" if exchange.request.method.upper() == "CONNECT" else "response from"
    answer = exchange.response
    if answer is not None:
        reason = f"the proxy answered {answer.status} {answer.reason}".rstrip()
    else:
        reason = exchange.error or "the run ended before it"
    return f"no {lack} {host}: {reason}"


def _explain_unexpected(
    machine: Automaton, seen: Observation, first: dict[int, tuple[int, Observation]]
) -> str:
    rules, types = machine.rules, machine.sequence.parameters
    if not rules:
        return "not documented; the sequence has nothing for this client"
    near = [
        number
        for number, rule in enumerate(rules)
        # An alternative request of discovery is no step of its own.
        if number == min(rule.equivalents) and is_near(seen, rule.entry, types)
    ]
    if not near:
        return "not documented"
    nearest = min(near, key=lambda number: distance(seen, rules[number].entry, types))
    rule = rules[nearest]
    why = list(differences(seen, rule.entry, types))
    if why:
        return f"not documented; nearest comes {_name(rule)}, but {', '.join(why)}"
    if nearest in first:
        return f"would be {_name(rule)}, but {_explain_repeated(seen, *first[nearest])}"
    return f"would be {_name(rule)}, but it comes out of order"


def _explain_repeated(seen: Observation, index: int, earlier: Observation) -> str:
    """Return a clause with the exchange ``earlier`` at ``index``, which has the step of ``seen``."""
    number = index + 1
    if seen.request != earlier.request:
        return f"exchange {number} matches this part of the sequence already"
    if earlier.status is None or earlier.status >= _FAILURES:
        return f"the same request was sent before (exchange {number})"
    return f"the same request was sent before and succeeded (exchange {number})"


def _name(rule: Rule) -> str:
    if rule.verdict == "fallback":
        return f"the fallback of {_steps(rule)}" if rule.steps else "a fallback"
    return _steps(rule) if rule.steps else "an optional exchange"


def _steps(rule: Rule) -> str:
    return f"steps {', '.join(map(str, rule.steps))}"


def _request(entry: Entry) -> str:
    return f"{entry.method} {with_query(entry.path, entry.query)} to {entry.receiver}"


def status_problem(seen: Observation, statuses: Iterable[int]) -> str:
    """Return the difference between the status of ``seen`` and the expected ``statuses``."""
    expected = " or ".join(map(str, sorted(statuses)))
    answer = "no response came" if seen.status is None else f"the status is {seen.status}"
    return f"{answer} where {expected} is expected"


def is_near(seen: Observation, entry: Entry, types: Mapping[str, str]) -> bool:
    """Return whether a request has so much in common with an entry that a comparison helps the reader.

    Both have the same receiver and the same beginning of the path, or a word of the path in common. A
    version is no word.
    """
    if _words(seen.path) & _words(entry.path):
        return True
    return seen.receiver == entry.receiver and (
        has_path(seen, entry, types) or _shared(seen.path, entry.path)
    )


def distance(seen: Observation, entry: Entry, types: Mapping[str, str]) -> tuple[bool, int, bool, bool, bool]:
    """Return the distance of a request from an entry. The path weighs most, then receiver and method."""
    return (
        not has_path(seen, entry, types) and not _shared(seen.path, entry.path),
        _path_distance(seen.path, entry.path) + 2 * (seen.receiver != entry.receiver),
        seen.method != entry.method,
        seen.sender != entry.sender,
        seen.status not in entry.statuses,
    )


def _shared(path: str, template: str) -> bool:
    return path[1:].partition("/")[0] == normal(template)[1:].partition("/")[0]


def _words(path: str) -> set[str]:
    """Return the segments of a path or a template that are neither empty, nor a version, nor a parameter."""
    return {
        segment
        for segment in path.split("/")
        if segment and "{" not in segment and not _VERSION.fullmatch(segment)
    }


def _path_distance(path: str, template: str) -> int:
    """Return the number of segments that differ, position by position."""
    segments, expected = path[1:].split("/"), normal(template)[1:].split("/")
    unequal = sum(
        1
        for segment, expected_segment in zip(segments, expected, strict=False)
        if "{" not in expected_segment and segment != expected_segment
    )
    return unequal + abs(len(segments) - len(expected))


def differences(seen: Observation, entry: Entry, types: Mapping[str, str]) -> Iterator[str]:
    """Yield the differences between the request ``seen`` and ``entry`` as clauses, nothing if they match."""
    if seen.sender != entry.sender:
        yield f"the sender is {seen.sender}, not {entry.sender}"
    if seen.receiver != entry.receiver:
        yield f"the receiver is {seen.receiver or 'not known'}, not {entry.receiver}"
    if seen.method != entry.method:
        yield f"the method is {seen.method}, not {entry.method}"
    if not has_path(seen, entry, types):
        kinds = [f"{name}: {kind}" for name, kind in types.items() if f"{{{name}}}" in entry.path]
        kind = f" ({', '.join(kinds)})" if kinds and fits(entry.path, seen.path) else ""
        yield f"the path is not {entry.path}{kind}"
    if entry.query and has_path(seen, entry, types) and f"{next(iter(entry.query))}=" not in seen.query:
        yield f"the query {with_query('', entry.query)[1:]} is not there"
    if not has_action(seen, entry):
        yield f"the body has no {entry.action}"
