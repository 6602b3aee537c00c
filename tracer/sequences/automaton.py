"""A sequence as a small automaton whose words are the runs that the sequence documents.

States are positions between entries. A ``Read`` consumes an exchange that fits its rule, a
``Skip`` goes on without one. A fallback is a branch that leaves an entry and comes back
behind it; alternatives are branches from one state to another; exchanges in any order are
the sets of those that came. Skips lead to a later state always, so one pass in order of
states follows all.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, NamedTuple

from tracer import releasenames
from tracer.sequences.schema import AnyOrder, Entry, Loop, OneOf

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tracer.model import ExchangeVerdict
    from tracer.sequences.schema import Item, Sequence

__all__ = ["Automaton", "Read", "Rule", "Skip", "automaton"]


class Rule(NamedTuple):
    """An entry with the steps it stands for: its own or, in a fallback, those of what failed.

    ``statuses`` are all that it expects, those that end its loop included.
    """

    entry: Entry
    steps: tuple[int, ...]
    verdict: ExchangeVerdict
    statuses: frozenset[int]
    optional: bool


class Read(NamedTuple):
    """Consumes an exchange that fits ``rule`` and was answered with one of ``statuses``.

    Where ``ends`` is not None, it also tells whether the response must be one that ends the rule's loop.
    """

    target: int
    rule: int
    statuses: frozenset[int]
    verdict: ExchangeVerdict
    ends: bool | None = None


class Skip(NamedTuple):
    """Goes on without an exchange for ``rule`` (None: for nothing), an error where that is ``required``."""

    target: int
    rule: int | None
    required: bool


class Automaton(NamedTuple):
    """By state, from the start (0) to the end: reads, skips, and the repeatable rules ``passed`` so far."""

    sequence: Sequence
    rules: tuple[Rule, ...]
    reads: tuple[tuple[Read, ...], ...]
    skips: tuple[tuple[Skip, ...], ...]
    passed: tuple[frozenset[int], ...]


def automaton(sequence: Sequence, release: str | None = None) -> Automaton:
    """The automaton of ``sequence`` as it is in ``release``, built once.

    Where the release is not known, what not all releases have may be left out.
    """
    return _built(_Key(sequence), release)


class _Key:
    """A sequence holds dicts and so has no hash: the object itself is the key to what was built from it."""

    def __init__(self, sequence: Sequence) -> None:
        self.sequence = sequence

    def __hash__(self) -> int:
        return id(self.sequence)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and other.sequence is self.sequence


@functools.lru_cache(maxsize=256)
def _built(key: _Key, release: str | None) -> Automaton:
    return _Builder(release).build(key.sequence)


class _Rules(NamedTuple):
    """The rule of an entry, and those of its fallback."""

    main: int
    then: tuple[int, ...]


class _Builder:
    def __init__(self, release: str | None) -> None:
        self.release = release
        self.rules: list[Rule] = []
        self.reads: list[list[Read]] = []
        self.skips: list[list[Skip]] = []
        self.passed: list[frozenset[int]] = []

    def build(self, sequence: Sequence) -> Automaton:
        self._items(sequence.exchanges, self._state(frozenset()))
        return Automaton(
            sequence,
            tuple(self.rules),
            tuple(map(tuple, self.reads)),
            tuple(map(tuple, self.skips)),
            tuple(self.passed),
        )

    # Each of these adds something behind a state and returns the state after it.

    def _items(self, items: Iterable[Item], state: int) -> int:
        for item in items:
            if isinstance(item, OneOf):
                state = self._alternatives(item, state)
            else:
                entries = item.any_order if isinstance(item, AnyOrder) else (item,)
                made = [self._rules(entry) for entry in entries if self._holds(entry) is not False]
                state = self._in_any_order(made, state)
        return state

    def _alternatives(self, item: OneOf, state: int) -> int:
        ends = [self._items(branch, state) for branch in item.one_of]
        # A branch that this release has nothing of is no alternative.
        ends = [end for end in ends if end != state]
        if not ends:
            return state
        target = self._state(frozenset().union(*(self.passed[end] for end in ends)))
        for end in ends:
            self.skips[end].append(Skip(target, None, required=False))
        return target

    def _in_any_order(self, made: list[_Rules], start: int) -> int:
        behind = self.passed[start]
        subsets = [frozenset[int]()]
        for index in range(len(made)):
            subsets += [subset | {index} for subset in subsets]
        state_of = {frozenset[int](): start}
        for subset in subsets[1:]:
            before = [(subset - {index}, made[index]) for index in sorted(subset)]
            repeatable = behind.union(*(self._repeatable(one) for _, one in before))
            # What lies between two states has to be numbered between them.
            inner = [self._between(one, repeatable) for _, one in before]
            state_of[subset] = self._state(repeatable)
            for (source, one), states in zip(before, inner, strict=True):
                self._connect(state_of[source], state_of[subset], one, states)
        return state_of[subsets[-1]]

    def _between(self, made: _Rules, repeatable: frozenset[int]) -> list[int]:
        """The states inside an entry: one for a loop that has an end, one for each exchange of a fallback."""
        looping = isinstance(self.rules[made.main].entry.loop, Loop)
        fallback = self.rules[made.main].entry.fallback
        return [self._state(repeatable) for _ in range(looping + (1 + len(made.then) if fallback else 0))]

    def _connect(self, source: int, target: int, made: _Rules, inner: list[int]) -> None:
        entry = self.rules[made.main].entry
        if isinstance(entry.loop, Loop):
            self._read_loop(source, target, made.main, inner.pop(0))
        else:
            self._read(source, target, made.main)
        if entry.fallback:
            self._fall_back(source, target, made, inner)

    def _fall_back(self, source: int, target: int, made: _Rules, branch: list[int]) -> None:
        fallback = self.rules[made.main].entry.fallback
        assert fallback is not None
        self.reads[source].append(Read(branch[0], made.main, frozenset(fallback.status), "fallback"))
        for state, following, rule in zip(branch, branch[1:], made.then, strict=False):
            self._read(state, following, rule)
        self.skips[branch[-1]].append(Skip(target, None, required=False))

    def _read(self, source: int, target: int, rule: int) -> None:
        made = self.rules[rule]
        self.reads[source].append(Read(target, rule, made.statuses, made.verdict))
        if made.entry.loop:
            self.reads[target].append(Read(target, rule, made.statuses, "repeated"))
        self.skips[source].append(Skip(target, rule, required=not made.optional))

    def _read_loop(self, source: int, target: int, rule: int, working: int) -> None:
        made = self.rules[rule]
        assert isinstance(made.entry.loop, Loop)
        going = frozenset(made.entry.statuses)
        last = frozenset(made.entry.loop.last_statuses)
        by_body = not last
        verdicts: tuple[tuple[int, ExchangeVerdict], ...] = ((source, made.verdict), (working, "repeated"))
        for state, verdict in verdicts:
            self.reads[state] += [
                Read(working, rule, going, verdict, ends=False if by_body else None),
                Read(target, rule, last or going, verdict, ends=True if by_body else None),
            ]
        self.skips[source].append(Skip(target, rule, required=not made.optional))
        self.skips[working].append(Skip(target, rule, required=True))

    def _repeatable(self, made: _Rules) -> frozenset[int]:
        return frozenset(rule for rule in (made.main, *made.then) if self.rules[rule].entry.repeats)

    def _rules(self, entry: Entry) -> _Rules:
        main = self._rule(entry, entry.steps, "documented" if entry.steps else "optional")
        then = entry.fallback.then if entry.fallback else ()
        held = [one for one in then if self._holds(one) is not False]
        return _Rules(main, tuple(self._rule(one, entry.steps, "fallback") for one in held))

    def _rule(self, entry: Entry, steps: tuple[int, ...], verdict: ExchangeVerdict) -> int:
        last = entry.loop.last_statuses if isinstance(entry.loop, Loop) else ()
        optional = entry.optional or self._holds(entry) is None
        self.rules.append(Rule(entry, steps, verdict, frozenset({*entry.statuses, *last}), optional))
        return len(self.rules) - 1

    def _holds(self, entry: Entry) -> bool | None:
        return releasenames.holds(entry.since, entry.until, self.release)

    def _state(self, passed: frozenset[int]) -> int:
        self.reads.append([])
        self.skips.append([])
        self.passed.append(passed)
        return len(self.reads) - 1
