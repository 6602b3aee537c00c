"""A run held against a sequence: what each exchange is, what is missing, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tracer.model import Exchange, Label, RunVerdict
from tracer.sequences.alignment import Aligned, Alignment, Candidate, align
from tracer.sequences.automaton import Automaton, automaton
from tracer.sequences.catalogue import Catalogue
from tracer.sequences.excuses import Excuses, excuses
from tracer.sequences.explaining import explain, explain_missing, request_of
from tracer.sequences.sightings import Sighting, asks_for, sightings
from tracer.sequences.templates import generic, with_query

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Sequence as List

    from tracer.sequences.schema import Sequence

__all__ = ["DEVIATIONS", "Match", "generic_paths", "match"]

DEVIATIONS = frozenset({"unexpected", "wrong-status"})
"""The verdicts of exchanges that make a run deviate."""


class Match(NamedTuple):
    """The result of matching a run.

    ``labels`` has one label per exchange. ``missing`` are the required steps that were not
    seen. ``reasons`` says, by the index of each exchange that deviates, which step it is
    nearest to and why it is not that one; ``explanations`` are these and one line for each
    missing exchange, for people. ``foreign`` counts the exchanges whose request is none of
    the sequence's, ``cost`` weighs all errors: less is better.
    """

    labels: list[Label]
    verdict: RunVerdict
    missing: list[int]
    explanations: list[str]
    reasons: dict[int, str]
    foreign: int
    cost: int


def match(exchanges: Iterable[Exchange], sequence: Sequence) -> Match:
    """Find the best alignment of ``exchanges``, in the order of their requests, with ``sequence``."""
    given = list(exchanges)
    machine = automaton(sequence)
    run = sightings(given, Catalogue.from_exchanges(given))
    asked = _asked_rules(run, machine)
    excused = excuses(run, lambda seen: _meets(machine, asked[seen.position], seen.status) is not None)
    kept = [seen.position for seen in run if not excused.covers(seen.position)]
    alignment = align(machine, _candidates(machine, run, asked, kept))
    results: dict[int, Aligned] = dict(zip(kept, alignment.aligned, strict=True))
    _add_excused(machine, run, asked, excused, results)
    aligned = [results[index] for index in range(len(run))]
    labels = [_label(machine, seen, what) for seen, what in zip(run, aligned, strict=True)]
    missing = _missing(machine, run, aligned, alignment)
    reasons = explain(machine, run, aligned)
    deviates = bool(reasons or missing or alignment.missing)
    return Match(
        labels=labels,
        verdict="deviates" if deviates else "conforms",
        missing=missing,
        explanations=[
            f"exchange {index + 1}, {request_of(run[index])}: {reason}" for index, reason in reasons.items()
        ]
        + [explain_missing(machine.rules[rule]) for rule in alignment.missing],
        reasons=reasons,
        foreign=sum(1 for index in reasons if not asked[index]),
        cost=alignment.cost,
    )


def generic_paths(exchanges: Iterable[Exchange]) -> list[str]:
    """The path template of each exchange of a run that no sequence documents."""
    given = list(exchanges)
    return [generic(seen.mount + seen.path) for seen in sightings(given, Catalogue.from_exchanges(given))]


def _asked_rules(run: List[Sighting], machine: Automaton) -> list[tuple[int, ...]]:
    return [tuple(asks_for(seen, machine.rules)) for seen in run]


def _candidates(
    machine: Automaton, run: List[Sighting], asked: List[tuple[int, ...]], kept: List[int]
) -> list[Candidate]:
    candidates: list[Candidate] = []
    met: frozenset[int] = frozenset()
    for index in kept:
        status = run[index].status
        candidates.append(Candidate(asked[index], status, met.intersection(asked[index])))
        met |= {rule for rule in asked[index] if status in machine.rules[rule].entry.statuses}
    return candidates


def _meets(machine: Automaton, rules: Iterable[int], status: int | None) -> int | None:
    """The first of ``rules`` that expects ``status``."""
    return next((rule for rule in rules if status in machine.rules[rule].entry.statuses), None)


def _add_excused(
    machine: Automaton,
    run: List[Sighting],
    asked: List[tuple[int, ...]],
    excused: Excuses,
    results: dict[int, Aligned],
) -> None:
    """Give each excused exchange the rule of what stands in for it; it is no better than that."""
    for login in excused.logins:
        results[login] = Aligned("repeated", _meets(machine, asked[login], run[login].status))
    # The stand-in comes later and may be excused itself: from the end, it is known already.
    for index in sorted(excused.stand_ins, reverse=True):
        what = results[excused.stand_ins[index]]
        results[index] = what if what.verdict == "unexpected" else Aligned("repeated", what.rule)


def _label(machine: Automaton, seen: Sighting, what: Aligned) -> Label:
    if what.rule is None:
        return Label(path=generic(seen.mount + seen.path), verdict=what.verdict)
    rule = machine.rules[what.rule]
    path = with_query(rule.entry.path, rule.entry.query)
    mount = generic(seen.mount) if seen.mount else ""
    # A response that never came is not the response of the sequence.
    steps = rule.steps if seen.status is not None else rule.steps[:1]
    return Label(steps=steps, path=(mount + path.removesuffix("/")) or "/", verdict=what.verdict)


def _missing(
    machine: Automaton, run: List[Sighting], aligned: List[Aligned], alignment: Alignment
) -> list[int]:
    never_met = {step for rule in alignment.missing for step in machine.rules[rule].steps}
    seen_steps: set[int] = set()
    unanswered: set[int] = set()
    for seen, what in zip(run, aligned, strict=True):
        if what.rule is not None:
            rule = machine.rules[what.rule]
            if seen.status is not None:
                seen_steps.update(rule.steps)
            elif not rule.entry.optional:
                unanswered.update(rule.steps[1:])
    return sorted(never_met | (unanswered - seen_steps))
