"""A sequence as a small automaton whose words are the runs that the sequence documents.

States are positions between entries. A ``Read`` consumes an exchange that fits its rule, a
``Skip`` goes on without one. A fallback is a branch that leaves an entry and comes back
behind it. Skips lead to a later state always, so one pass in order of states follows all.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tracer.model import ExchangeVerdict
    from tracer.sequences.schema import Entry, Sequence

__all__ = ["Automaton", "Read", "Rule", "Skip", "automaton"]


class Rule(NamedTuple):
    """An entry with the steps it stands for: its own or, in a fallback, those of what failed."""

    entry: Entry
    steps: tuple[int, ...]
    verdict: ExchangeVerdict


class Read(NamedTuple):
    """Consumes an exchange that fits ``rule`` and was answered with one of ``statuses``."""

    target: int
    rule: int
    statuses: frozenset[int]
    verdict: ExchangeVerdict


class Skip(NamedTuple):
    """Goes on without an exchange for ``rule`` (None: for nothing), an error where that is ``required``."""

    target: int
    rule: int | None
    required: bool


class Automaton(NamedTuple):
    """By state, from the start (0) to the end: reads, skips, and the repeatable rules ``passed`` so far."""

    rules: tuple[Rule, ...]
    reads: tuple[tuple[Read, ...], ...]
    skips: tuple[tuple[Skip, ...], ...]
    passed: tuple[frozenset[int], ...]


def automaton(sequence: Sequence) -> Automaton:
    """The automaton of ``sequence``, built once."""
    return _built(_Key(sequence))


class _Key:
    """A sequence holds dicts and so has no hash: the object itself is the key to what was built from it."""

    def __init__(self, sequence: Sequence) -> None:
        self.sequence = sequence

    def __hash__(self) -> int:
        return id(self.sequence)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and other.sequence is self.sequence


@functools.lru_cache(maxsize=256)
def _built(key: _Key) -> Automaton:
    return _Builder().build(key.sequence)


class _Builder:
    def __init__(self) -> None:
        self.rules: list[Rule] = []
        self.reads: list[list[Read]] = []
        self.skips: list[list[Skip]] = []
        self.passed: list[frozenset[int]] = []

    def build(self, sequence: Sequence) -> Automaton:
        state, behind = self._state(frozenset()), frozenset[int]()
        for entry in sequence.exchanges:
            state, behind = self._entry(state, behind, entry)
        return Automaton(
            tuple(self.rules),
            tuple(map(tuple, self.reads)),
            tuple(map(tuple, self.skips)),
            tuple(self.passed),
        )

    def _entry(self, state: int, behind: frozenset[int], entry: Entry) -> tuple[int, frozenset[int]]:
        """Add ``entry`` behind ``state``; return the state after it and what is repeatable from there on."""
        rule = self._rule(entry, entry.steps, "documented" if entry.steps else "optional")
        after = behind | {rule} if entry.repeats else behind
        if not entry.fallback:
            target = self._state(after)
            self._connect(state, target, rule)
            return target, after
        branch = self._state(after)
        self.reads[state].append(Read(branch, rule, frozenset(entry.fallback.status), "fallback"))
        for then in entry.fallback.then:
            made = self._rule(then, entry.steps, "fallback")
            after = after | {made} if then.repeats else after
            last, branch = branch, self._state(after)
            self._connect(last, branch, made)
        target = self._state(after)
        self._connect(state, target, rule)
        self.skips[branch].append(Skip(target, None, required=False))
        return target, after

    def _connect(self, state: int, target: int, rule: int) -> None:
        entry, _, verdict = self.rules[rule]
        self.reads[state].append(Read(target, rule, frozenset(entry.statuses), verdict))
        self.skips[state].append(Skip(target, rule, required=not entry.optional))

    def _rule(self, entry: Entry, steps: tuple[int, ...], verdict: ExchangeVerdict) -> int:
        self.rules.append(Rule(entry, steps, verdict))
        return len(self.rules) - 1

    def _state(self, passed: frozenset[int]) -> int:
        self.reads.append([])
        self.skips.append([])
        self.passed.append(passed)
        return len(self.reads) - 1
