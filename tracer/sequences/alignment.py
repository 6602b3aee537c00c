"""The cheapest alignment of a run with a sequence: the Viterbi algorithm on the sequence's automaton.

The algorithm stores the cheapest path to each state after each exchange, so the work grows with
exchanges times states. Of two paths with equal costs, the path that documents the earlier exchange wins,
and then the order of rules decides. The same run always gives the same result.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, NamedTuple

from tracer.sequences.automaton import Automaton, Skip

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tracer.model import ExchangeVerdict


__all__ = ["Aligned", "Candidate", "SequenceAlignment", "align"]

_REPEATED = 1
_ERROR = 1 << 32  # one error weighs more than all repetitions of a run
_WRONG = 4 * _ERROR
_WRONG_ATTEMPT = 5 * _ERROR
_UNEXPECTED = 6 * _ERROR
_MISSING = 6 * _ERROR


class Candidate(NamedTuple):
    """An exchange to align: the rules that match its request, and its status (None: no response).

    ``again`` are the rules among them that an earlier exchange has met with an expected status, ``ends``
    the rules with a loop that the body of the response ends, or with a search that found nothing. ``unclear``
    are the rules with a search whose result is not certain.
    """

    rules: tuple[int, ...]
    status: int | None
    again: frozenset[int] = frozenset()
    ends: frozenset[int] = frozenset()
    unclear: frozenset[int] = frozenset()


class Aligned(NamedTuple):
    """The verdict of an exchange and, unless it is unexpected, its rule."""

    verdict: ExchangeVerdict
    rule: int | None = None


class SequenceAlignment(NamedTuple):
    """One Aligned for each candidate, the required rules without an exchange, and the cost of all errors.

    ``unfound`` are the indexes of the candidates whose lookup found nothing: the rest of the command was left
    out.
    """

    aligned: list[Aligned]
    missing: list[int]
    unfound: list[int]
    cost: int


class _Way(NamedTuple):
    """The cheapest transition into a state by one exchange: from ``origin``, with the exchange's result."""

    origin: int
    what: Aligned


class _Column(NamedTuple):
    """The transitions by one exchange: ``ways`` and ``jumps`` into states.

    In a state without a way, the exchange is unexpected.
    """

    ways: dict[int, _Way]
    jumps: dict[int, _Jump]


_Costs = list[int | None]
"""The lowest cost of each state after some exchanges, None for a state that cannot be reached."""

_Jump = tuple[int, Skip]
"""The state before a skip, and the skip."""


def align(machine: Automaton, candidates: Iterable[Candidate]) -> SequenceAlignment:
    """Return the cheapest reading of ``candidates`` as a word of ``machine``."""
    costs, jumps = _follow_skips(machine, [0, *[None] * (len(machine.reads) - 1)])
    columns = [_Column({}, jumps)]
    for candidate in candidates:
        costs, column = _read(machine, costs, candidate)
        columns.append(column)
    aligned, skips = _trace(machine, columns)
    missing = [skip.rule for _, skip in skips if skip.required and skip.rule is not None]
    lookups = [(before, skip.unfound) for before, skip in skips if skip.unfound is not None]
    unfound = [
        next(index for index in range(before - 1, -1, -1) if aligned[index].rule == rule)
        for before, rule in lookups
    ]
    return SequenceAlignment(aligned, missing, unfound, costs[-1] or 0)


def _read(machine: Automaton, costs: _Costs, candidate: Candidate) -> tuple[_Costs, _Column]:
    """Return the cost of each state after ``candidate``, and the cheapest transition into each state."""
    # Staying in a state wins at equal cost: of two equal exchanges, the earlier one is documented.
    after = [None if cost is None else cost + _UNEXPECTED for cost in costs]
    if not candidate.rules:
        return after, _Column({}, {})
    ways: dict[int, _Way] = {}
    for state, cost in enumerate(costs):
        if cost is None:
            continue
        for target, more, what in _moves(machine, state, candidate):
            cheapest = after[target]
            if cheapest is None or cost + more < cheapest:
                after[target] = cost + more
                ways[target] = _way(state, what)
    after, jumps = _follow_skips(machine, after)
    return after, _Column(ways, jumps)


@functools.lru_cache(maxsize=4096)
def _way(origin: int, what: Aligned) -> _Way:
    """Return the same object for equal transitions: a long run has many of them."""
    return _Way(origin, what)


def _moves(machine: Automaton, state: int, candidate: Candidate) -> Iterator[tuple[int, int, Aligned]]:
    """Yield transitions from ``state`` by which ``candidate`` meets a rule: (target, added cost, result)."""
    for read in machine.reads[state]:
        if read.rule not in candidate.rules:
            continue
        wrong = Aligned("wrong-status", read.rule)
        if candidate.status in read.statuses:
            is_open = read.ends is None or read.rule in candidate.unclear
            if is_open or read.ends == (read.rule in candidate.ends):
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


def _follow_skips(machine: Automaton, costs: _Costs) -> tuple[_Costs, dict[int, _Jump]]:
    """Add the costs of states after skips to ``costs``. Also return the skip into each of these states."""
    jumps: dict[int, _Jump] = {}
    for state, skips in enumerate(machine.skips):
        cost = costs[state]
        if cost is None:
            continue
        for skip in skips:
            cheapest = costs[skip.target]
            there = cost + (_MISSING if skip.required else 0)
            if cheapest is None or there < cheapest:
                costs[skip.target] = there
                jumps[skip.target] = (state, skip)
    return costs, jumps


def _trace(machine: Automaton, columns: list[_Column]) -> tuple[list[Aligned], list[tuple[int, Skip]]]:
    """Return the results and the skips of the cheapest path, traced back from the end.

    The number of candidates before it comes with each skip.
    """
    aligned: list[Aligned] = []
    skips: list[tuple[int, Skip]] = []
    state = len(machine.reads) - 1
    for position in range(len(columns) - 1, -1, -1):
        ways, jumps = columns[position]
        while state in jumps:
            state, skip = jumps[state]
            skips.append((position, skip))
        if position:
            state, what = ways.get(state, (state, Aligned("unexpected")))
            aligned.append(what)
    return aligned[::-1], skips[::-1]
