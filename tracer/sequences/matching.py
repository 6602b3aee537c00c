"""Matching of a run with a sequence: labels, missing steps, and reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from tracer.lazy import lazy_reorder
from tracer.model import Exchange, Label, RunVerdict
from tracer.sequences.alignment import Aligned, Candidate, SequenceAlignment, align
from tracer.sequences.arguments import miscounted, without_duplicates
from tracer.sequences.automaton import Automaton, automatons
from tracer.sequences.body_fields import body_problem, ends_loop, loops_until
from tracer.sequences.client_versions import UNKNOWN
from tracer.sequences.explaining import explain, explain_missing, request_of
from tracer.sequences.logins import login_of, way_entries
from tracer.sequences.media_types import media_type_problem
from tracer.sequences.observations import (
    Observation,
    ObservedRun,
    asks_for,
    observe,
    template_of,
)
from tracer.sequences.schema import AnyOrder, Each, OneOf
from tracer.sequences.searches import is_fruitless, name_in
from tracer.sequences.service_call_labels import Call, calls
from tracer.sequences.templates import count_words
from tracer.sequences.token_requests import asks_for_token
from tracer.sequences.tokens import needs_token, token_problems
from tracer.sequences.tolerated import REPLACEABLE, ToleratedExchanges, tolerated

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from collections.abc import Sequence as List

    from tracer.sequences.client_versions import Client
    from tracer.sequences.option_conditions import Invocation
    from tracer.sequences.schema import Entry, Item, Sequence

__all__ = [
    "DEVIATIONS",
    "DeviationKind",
    "Match",
    "MatchDeviation",
    "could_be",
    "generic_labels",
    "match",
    "match_run",
]

DEVIATIONS = frozenset({"unexpected", "wrong-status"})
"""The verdicts of exchanges that make a run deviate."""

_CLIENT = "client"

DeviationKind = Literal["unexpected", "wrong-status", "token", "media-type", "body", "missing"]


class MatchDeviation(NamedTuple):
    """A reason why a run deviates. ``exchange`` is an index, or None for an exchange that did not occur."""

    kind: DeviationKind
    exchange: int | None
    text: str


class Match(NamedTuple):
    """The result of matching a run.

    ``labels`` has one label for each exchange. ``missing`` are the required steps that did not occur.
    ``reasons`` has, by index of each deviating exchange, the nearest step and the reason for the mismatch.
    ``deviations`` are these reasons, and one for each missing exchange, for people. ``unfound`` are the names
    of resources that the command did not find. ``cost`` is the weight of all errors: lower is
    better.
    """

    labels: list[Label]
    verdict: RunVerdict
    missing: list[int]
    deviations: list[MatchDeviation]
    reasons: dict[int, str]
    unfound: list[str]
    cost: int

    @property
    def explanations(self) -> list[str]:
        """Return the texts of all deviations."""
        return [deviation.text for deviation in self.deviations]


def match(
    exchanges: Iterable[Exchange],
    sequence: Sequence,
    client: Client = UNKNOWN,
    invocation: Invocation | None = None,
) -> Match:
    """Find the best alignment of ``exchanges``, in the order of their requests, with ``sequence``.

    Service calls are not part of that order: they are compared with the documented calls of the exchange
    that caused them. The verdict is ``undetermined`` if it depends on which version ``client`` has.
    ``invocation`` is the command line (None: not known).
    """
    return match_run(observe(exchanges), sequence, client, invocation, explained=True)


def could_be(run: ObservedRun, sequence: Sequence, client: Client = UNKNOWN) -> bool:
    """Return whether ``run`` may match ``sequence``. This check is faster than matching.

    A run cannot match if it lacks a required request of the command itself, or if the request of an exchange
    is not in the sequence and its status is not in ``REPLACEABLE``.
    """
    senders = {entry.sender for entry in sequence.entries}
    login = login_of(seen for seen in run.seen if seen.sender in senders)
    return any(_could_be(run, machine) for machine in automatons(sequence, client, login=login))


def _could_be(run: ObservedRun, machine: Automaton) -> bool:
    sequence = machine.sequence
    senders = {entry.sender for entry in sequence.entries}
    met: set[int] = set()
    for observation in run.seen:
        if observation.sender in senders:
            asked = _asked(observation, machine)
            if not asked and observation.status not in REPLACEABLE:
                return False
            met.update(index for rule in asked for index in machine.rules[rule].equivalents)
    own = {id(entry) for item in sequence.exchanges for entry in _always(item) if not entry.prologue}
    needed = {
        index for index, rule in enumerate(machine.rules) if id(rule.entry) in own and not rule.optional
    }
    return needed <= met


def match_run(
    prepared: ObservedRun,
    sequence: Sequence,
    client: Client = UNKNOWN,
    invocation: Invocation | None = None,
    *,
    explained: bool = False,
) -> Match:
    """Match a prepared run as ``match`` does. Without ``explained``, omit the texts for people.

    For a run without documented exchanges, the texts take more time and memory than the rest of the matching.
    """
    senders = {entry.sender for entry in sequence.entries}
    login = login_of(seen for seen in prepared.seen if seen.sender in senders)
    results = [
        _match_with(machine, prepared, invocation, explained=explained)
        for machine in automatons(sequence, client, invocation, login)
    ]
    best = min(results, key=lambda result: (result.verdict == "deviates", result.cost))
    if all(result.verdict == best.verdict for result in results):
        return best
    return best._replace(verdict="undetermined")


def _match_with(
    machine: Automaton, prepared: ObservedRun, invocation: Invocation | None, *, explained: bool
) -> Match:
    given, seen = prepared
    sequence = machine.sequence
    senders = {entry.sender for entry in sequence.entries}
    own = [index for index, observation in enumerate(seen) if observation.sender in senders]
    run = [seen[index] for index in own]
    asked = [_asked(observation, machine) for observation in run]
    of_ways = set(map(id, way_entries()))
    tolerated_exchanges = tolerated(
        run,
        lambda position: _meets(machine, asked[position], run[position].status) is not None,
        lambda position: any(id(machine.rules[rule].entry) in of_ways for rule in asked[position]),
    )
    remaining = [position for position in range(len(run)) if not tolerated_exchanges.covers(position)]
    alignment = align(machine, _candidates(machine, run, asked, remaining, lazy_reorder(given, own)))
    aligned = without_duplicates(machine, [run[position] for position in remaining], alignment.aligned)
    if len(remaining) < len(run):
        aligned = _with_tolerated(
            machine, run, asked, tolerated_exchanges, dict(zip(remaining, aligned, strict=True))
        )
    labels = [_label(machine, observation, what) for observation, what in zip(run, aligned, strict=True)]
    of_services: dict[int, Call] = {}
    if len(own) < len(given):
        entries = {
            index: None if what.rule is None else machine.rules[what.rule].entry
            for index, what in zip(own, aligned, strict=True)
        }
        of_services = calls(given, seen, entries, sequence, machine.client)
        of_clients = iter(labels)
        labels = [
            of_services[index].label if index in of_services else next(of_clients)
            for index in range(len(given))
        ]
    reasons: dict[int, str] = {}
    if explained:
        reasons = explain(machine, run, aligned, own, given)
        reasons |= {index: call.reason for index, call in of_services.items() if call.reason}
    # A later exchange replaces a tolerated one.
    judged = [
        what if what.verdict != "wrong-status" and not tolerated_exchanges.covers(position) else None
        for position, what in enumerate(aligned)
    ]
    problems = {
        own[position]: problem
        for position, problem in _problems(machine, run, judged, lazy_reorder(given, own)).items()
    }
    missing = _missing(machine, run, aligned, alignment)
    uncounted = list(miscounted(machine, alignment, invocation))
    begun = {what.rule for what in aligned}
    absent = [explain_missing(machine.rules[rule], begun=rule in begun) for rule in alignment.missing]
    reasons |= {index: text for index, (_, text) in problems.items()}
    reasons = dict(sorted(reasons.items()))
    return Match(
        labels=labels,
        verdict="deviates"
        if missing or alignment.missing or uncounted or problems or _deviates(labels)
        else "conforms",
        missing=missing,
        deviations=[
            MatchDeviation(
                problems[index][0] if index in problems else _kind(labels[index]),
                index,
                f"exchange {index + 1}, {request_of(seen[index])}: {text}",
            )
            for index, text in reasons.items()
        ]
        + [MatchDeviation("missing", None, text) for text in [*absent, *uncounted]],
        reasons=reasons,
        unfound=[
            name_in(seen[own[remaining[index]]], machine.rules[rule].entry)
            for index in alignment.unfound
            if (rule := alignment.aligned[index].rule) is not None
        ],
        cost=alignment.cost,
    )


def _problems(
    machine: Automaton,
    run: List[Observation],
    judged: List[Aligned | None],
    exchanges: List[Exchange],
) -> dict[int, tuple[DeviationKind, str]]:
    """Return, by index, the problems of the exchanges of ``run`` that have a result in ``judged``."""
    entries = [
        None if what is None or what.rule is None else machine.rules[what.rule].entry for what in judged
    ]

    def needs(index: int) -> bool:
        entry = entries[index]
        return entry is not None and entry.sender == _CLIENT and needs_token(entry)

    problems: dict[int, tuple[DeviationKind, str]] = {
        index: ("token", text)
        for index, text in token_problems(run, needs, has_login=_has_login(machine.sequence)).items()
    }
    # The media types of the sequence do not hold for an identity provider.
    of_ways = set(map(id, way_entries()))
    for index, entry in enumerate(entries):
        default = () if id(entry) in of_ways else machine.sequence.media_type
        text = entry and media_type_problem(run[index], entry, default)
        if text:
            problems.setdefault(index, ("media-type", text))
        contradiction = body_problem(exchanges[index], entry) if entry and entry.expect else None
        if contradiction:
            problems.setdefault(index, ("body", contradiction))
    return problems


def _has_login(sequence: Sequence) -> bool:
    return any(asks_for_token(entry.method, entry.path) for entry in sequence.entries)


def _kind(label: Label) -> DeviationKind:
    return "wrong-status" if label.verdict == "wrong-status" else "unexpected"


def generic_labels(run: ObservedRun) -> list[Label]:
    """Return the labels of a run without a documented sequence: a path template for each exchange."""
    return [Label(path=seen.generic_path) for seen in run.seen]


def _deviates(labels: Iterable[Label]) -> bool:
    return any(label.verdict in DEVIATIONS for label in labels)


def _always(item: Item) -> tuple[Entry, ...]:
    """Return the entries of an item that occur in every run, unless they are optional."""
    if isinstance(item, OneOf):
        return ()
    if isinstance(item, Each):
        return item.each
    return item.any_order if isinstance(item, AnyOrder) else (item,)


def _asked(seen: Observation, machine: Automaton) -> tuple[int, ...]:
    """Return the indexes of the rules with the request of ``seen``, for any response.

    The template with the most words decides: ``detail`` in a path is no ID if an entry has this word there.
    """
    rules, types = machine.rules, machine.sequence.parameters
    fitting = [
        index
        for index, rule in enumerate(rules)
        if seen.sender == rule.entry.sender and asks_for(seen, rule.entry, types)
    ]
    most = max((count_words(rules[index].entry.path) for index in fitting), default=0)
    return tuple(index for index in fitting if count_words(rules[index].entry.path) == most)


def _candidates(
    machine: Automaton,
    run: List[Observation],
    asked: List[tuple[int, ...]],
    remaining: List[int],
    exchanges: List[Exchange],
) -> Iterator[Candidate]:
    met: frozenset[int] = frozenset()
    wanted: dict[int, str] = {}
    for index in remaining:
        status = run[index].status
        rules = {rule: machine.rules[rule] for rule in asked[index]}
        wanted |= {number: name_in(run[index], rule.entry) for number, rule in rules.items()}
        looping = [rule for rule in rules if loops_until(rules[rule].entry)]
        ends = {rule for rule in looping if ends_loop(exchanges[index], rules[rule].entry)}
        searches = {
            number: is_fruitless(
                exchanges[index],
                rule.search,
                wanted.get(rule.search.lookup, ""),
                is_filtered=any(value[:1] == "{" for value in rule.entry.query.values()),
            )
            for number, rule in rules.items()
            if rule.search
        }
        yield Candidate(
            asked[index],
            status,
            met.intersection(rules),
            frozenset(ends.union(rule for rule, is_empty in searches.items() if is_empty)),
            frozenset(rule for rule, is_empty in searches.items() if is_empty is None),
        )
        for rule in rules.values():
            if status in rule.statuses:
                met |= rule.equivalents


def _meets(machine: Automaton, rules: Iterable[int], status: int | None) -> int | None:
    """Return the first of ``rules`` that expects ``status``, or None."""
    return next((rule for rule in rules if status in machine.rules[rule].statuses), None)


def _with_tolerated(
    machine: Automaton,
    run: List[Observation],
    asked: List[tuple[int, ...]],
    tolerated_exchanges: ToleratedExchanges,
    results: dict[int, Aligned],
) -> list[Aligned]:
    """Return results for all of ``run``: a tolerated exchange gets the rule of the exchange that replaces it.

    If that exchange is unexpected, the tolerated exchange is unexpected, too.
    """
    for login in tolerated_exchanges.logins:
        results[login] = Aligned("repeated", _meets(machine, asked[login], run[login].status))
    # The replacing exchange comes later and may be tolerated itself, so start from the end.
    for index in sorted(tolerated_exchanges.stand_ins, reverse=True):
        what = results[tolerated_exchanges.stand_ins[index]]
        results[index] = what if what.verdict == "unexpected" else Aligned("repeated", what.rule)
    return [results[position] for position in range(len(run))]


def _label(machine: Automaton, seen: Observation, what: Aligned) -> Label:
    if what.rule is None:
        return Label(path=seen.generic_path, verdict=what.verdict)
    rule = machine.rules[what.rule]
    # A response that never came is not the response of the sequence.
    steps = rule.steps if seen.status is not None else rule.steps[:1]
    return Label(steps=steps, path=template_of(seen, rule.entry), verdict=what.verdict)


def _missing(
    machine: Automaton, run: List[Observation], aligned: List[Aligned], alignment: SequenceAlignment
) -> list[int]:
    never_met = {step for rule in alignment.missing for step in machine.rules[rule].steps}
    seen_steps: set[int] = set()
    unanswered: set[int] = set()
    for seen, what in zip(run, aligned, strict=True):
        if what.rule is not None:
            rule = machine.rules[what.rule]
            if seen.status is not None:
                seen_steps.update(rule.steps)
            elif not rule.optional:
                unanswered.update(rule.steps[1:])
    return sorted(never_met | (unanswered - seen_steps))
