"""The cheapest way to read a run as a sequence with errors: Viterbi over the sequence's automaton.

For each exchange and each state the cheapest way to come there is kept, so the work grows
with exchanges times states. Ties go to the way that keeps the earlier exchange as the
documented one, and then to the order of rules: the same run always gives the same answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tracer.sequences.automaton import Automaton, Skip

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracer.model import ExchangeVerdict

__all__ = ["Aligned", "Alignment", "Candidate", "align"]

_REPEATED = 1
_ERROR = 1 << 32  # one error weighs more than all excused repetitions of a run
_WRONG = 4 * _ERROR
_WRONG_ATTEMPT = 5 * _ERROR
_UNEXPECTED = 6 * _ERROR
_MISSING = 6 * _ERROR


class Candidate(NamedTuple):
    """An exchange to align: the rules whose request it is, and its status (None: no response).

    ``again`` are those rules that an earlier exchange has met with an expected status, ``ends``
    those whose loop ends with what the response's body says.
    """

    rules: tuple[int, ...]
    status: int | None
    again: frozenset[int] = frozenset()
    ends: frozenset[int] = frozenset()


class Aligned(NamedTuple):
    """What an exchange is: its verdict and, unless it is unexpected, its rule."""

    verdict: ExchangeVerdict
    rule: int | None = None


class Alignment(NamedTuple):
    """One Aligned per candidate, the required rules that none of them met, and the cost of all errors."""

    aligned: list[Aligned]
    missing: list[int]
    cost: int


class _Way(NamedTuple):
    """The cheapest way into a state by one exchange: from ``origin``, as ``what``."""

    cost: int
    origin: int
    what: Aligned


_Column = list[int | None]
"""The cheapest cost of each state after some exchanges, None where it cannot be reached."""

_Jump = tuple[int, Skip]
"""The state that a skip left, and the skip."""

_STRANGER = Aligned("unexpected")


def align(machine: Automaton, candidates: Sequence[Candidate]) -> Alignment:
    """The cheapest reading of ``candidates`` as a word of ``machine``."""
    column, jumps = _follow_skips(machine, [0, *[None] * (len(machine.reads) - 1)])
    all_ways: list[list[_Way | None]] = []
    all_jumps = [jumps]
    for candidate in candidates:
        ways = _read(machine, column, candidate)
        column, jumps = _follow_skips(machine, [way.cost if way else None for way in ways])
        all_ways.append(ways)
        all_jumps.append(jumps)
    aligned, missing = _trace(machine, all_ways, all_jumps)
    return Alignment(aligned, missing, column[-1] or 0)


def _read(machine: Automaton, column: _Column, candidate: Candidate) -> list[_Way | None]:
    """The cheapest way into each state that consumes ``candidate``."""
    # To stay comes first: of two that fit equally, the earlier one was the documented one.
    ways = [
        None if cost is None else _Way(cost + _UNEXPECTED, state, _STRANGER)
        for state, cost in enumerate(column)
    ]
    if candidate.rules:
        for state, cost in enumerate(column):
            if cost is None:
                continue
            for target, more, what in _moves(machine, state, candidate):
                known = ways[target]
                if known is None or cost + more < known.cost:
                    ways[target] = _Way(cost + more, state, what)
    return ways


def _moves(machine: Automaton, state: int, candidate: Candidate) -> Iterator[tuple[int, int, Aligned]]:
    """The ways from ``state`` by which ``candidate`` meets a rule: (target, additional cost, what it is)."""
    for read in machine.reads[state]:
        if read.rule not in candidate.rules:
            continue
        wrong = Aligned("wrong-status", read.rule)
        if candidate.status in read.statuses:
            if read.ends is None or read.ends == (read.rule in candidate.ends):
                again = _REPEATED if read.verdict == "repeated" else 0
                yield read.target, again, Aligned(read.verdict, read.rule)
        elif candidate.status not in machine.rules[read.rule].statuses:
            yield read.target, _WRONG, wrong
            yield state, _WRONG_ATTEMPT, wrong
    for rule in sorted(candidate.again & machine.passed[state]):
        if candidate.status in machine.rules[rule].statuses:
            yield state, _REPEATED, Aligned("repeated", rule)
        else:
            yield state, _WRONG_ATTEMPT, Aligned("wrong-status", rule)


def _follow_skips(machine: Automaton, column: _Column) -> tuple[_Column, dict[int, _Jump]]:
    """``column`` with the states that skips lead to, and the skip by which each of those was reached."""
    jumps: dict[int, _Jump] = {}
    for state, skips in enumerate(machine.skips):
        cost = column[state]
        if cost is None:
            continue
        for skip in skips:
            known = column[skip.target]
            there = cost + (_MISSING if skip.required else 0)
            if known is None or there < known:
                column[skip.target] = there
                jumps[skip.target] = (state, skip)
    return column, jumps


def _trace(
    machine: Automaton, all_ways: list[list[_Way | None]], all_jumps: list[dict[int, _Jump]]
) -> tuple[list[Aligned], list[int]]:
    """The cheapest way through all columns, walked back from the end."""
    aligned: list[Aligned] = []
    missing: list[int] = []
    state = len(machine.reads) - 1
    for position in range(len(all_ways), -1, -1):
        while state in all_jumps[position]:
            state, skip = all_jumps[position][state]
            if skip.required and skip.rule is not None:
                missing.append(skip.rule)
        if position:
            way = all_ways[position - 1][state]
            if way is None:
                raise RuntimeError("a state on the cheapest way was never reached")
            aligned.append(way.what)
            state = way.origin
    return aligned[::-1], missing[::-1]
