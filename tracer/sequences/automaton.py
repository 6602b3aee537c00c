"""A sequence as a small automaton. Its words are the runs that the sequence documents.

States are positions between entries. A ``Read`` consumes an exchange that matches its rule; a ``Skip``
continues without an exchange. A fallback is a branch from the state before an entry to the state after
it. Alternatives are branches between two states. Exchanges in any order have a state for each set of
exchanges so far. Every skip leads to a later state, so one pass in the order of states follows all skips.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, NamedTuple

from tracer import releases
from tracer.sequences.loading import ways
from tracer.sequences.logins import PASSWORD, Login, is_login
from tracer.sequences.schema import AnyOrder, Entry, Loop, OneOf, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tracer.model import ExchangeVerdict
    from tracer.sequences.schema import Item

__all__ = ["Automaton", "Read", "Rule", "Skip", "automaton"]


class Rule(NamedTuple):
    """An entry with its step numbers. An entry of a fallback has the steps of the failed exchange.

    ``statuses`` are all expected statuses, including the statuses that end the entry's loop.
    """

    entry: Entry
    steps: tuple[int, ...]
    verdict: ExchangeVerdict
    statuses: frozenset[int]
    optional: bool


class Read(NamedTuple):
    """A transition by an exchange that matches ``rule`` and has one of ``statuses``.

    ``ends`` is true if the response must end the loop of the rule, false if it must not, None if both fit.
    """

    target: int
    rule: int
    statuses: frozenset[int]
    verdict: ExchangeVerdict
    ends: bool | None = None


class Skip(NamedTuple):
    """A transition without an exchange for ``rule`` (None: no rule). It is an error if ``required``."""

    target: int
    rule: int | None
    required: bool


class Automaton(NamedTuple):
    """The rules of a sequence, and the transitions of each state.

    State 0 is the start, the last state is the end. ``passed`` has the repeatable rules before each state.
    """

    sequence: Sequence
    rules: tuple[Rule, ...]
    reads: tuple[tuple[Read, ...], ...]
    skips: tuple[tuple[Skip, ...], ...]
    passed: tuple[frozenset[int], ...]


def automaton(sequence: Sequence, release: str | None = None, login: Login = PASSWORD) -> Automaton:
    """Return the automaton of ``sequence`` for ``release``. The result is cached.

    If the release is not known, entries that not all releases have are optional. ``login`` adds ways to a
    token to the login of the sequence.
    """
    return _build(_Key(sequence), release, login)


class _Key:
    """A hashable key for a sequence by identity: a sequence contains dicts and has no hash."""

    def __init__(self, sequence: Sequence) -> None:
        self.sequence = sequence

    def __hash__(self) -> int:
        return id(self.sequence)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and other.sequence is self.sequence


@functools.lru_cache(maxsize=256)
def _build(key: _Key, release: str | None, login: Login) -> Automaton:
    return _Builder(release, login).build(key.sequence)


class _Rules(NamedTuple):
    """The rule of an entry, and the rules of its fallback."""

    main: int
    then: tuple[int, ...]


class _Builder:
    def __init__(self, release: str | None, login: Login) -> None:
        self.release = release
        self.brought = login.brought
        self.ways = [way for way in ways() if way.name in login.ways]
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

    # Each of the next four methods adds transitions after a state and returns the state that they lead to.

    def _items(self, items: Iterable[Item], state: int) -> int:
        for item in items:
            if isinstance(item, OneOf):
                state = self._alternatives(item, state)
                continue
            entries = item.any_order if isinstance(item, AnyOrder) else (item,)
            held = [entry for entry in entries if self._holds(entry) is not False]
            if self.ways and any(map(is_login, held)):
                state = self._log_in(held, state)
            else:
                state = self._in_any_order([self._rules(entry) for entry in held], state)
        return state

    def _alternatives(self, item: OneOf, state: int) -> int:
        ends = [self._items(branch, state) for branch in item.one_of]
        # A branch without entries for this release is not an alternative.
        ends = [end for end in ends if end != state]
        if not ends:
            return state
        target = self._state(frozenset().union(*(self.passed[end] for end in ends)))
        for end in ends:
            self.skips[end].append(Skip(target, None, required=False))
        return target

    def _log_in(self, entries: list[Entry], state: int) -> int:
        ends = [(way, self._items(way.exchanges, state)) for way in self.ways]
        ready = self._state(self.passed[state].union(*(self.passed[end] for _, end in ends)))
        for end in dict.fromkeys((state, *(end for _, end in ends))):
            self.skips[end].append(Skip(ready, None, required=False))
        after = self._in_any_order([self._rules(entry) for entry in entries], ready)
        for way, end in ends:
            if way.issues_token:
                self.skips[end].append(Skip(after, None, required=False))
        for way in self.ways:
            if way.then:
                optional = self._items(way.then, after)
                joined = self._state(self.passed[after] | self.passed[optional])
                for end in (after, optional):
                    self.skips[end].append(Skip(joined, None, required=False))
                after = joined
        return after

    def _in_any_order(self, entry_rules: list[_Rules], start: int) -> int:
        behind = self.passed[start]
        subsets = [frozenset[int]()]
        for index in range(len(entry_rules)):
            subsets += [subset | {index} for subset in subsets]
        state_of = {frozenset[int](): start}
        for subset in subsets[1:]:
            before = [(subset - {index}, entry_rules[index]) for index in sorted(subset)]
            repeatable = behind.union(*(self._repeatable(rules) for _, rules in before))
            # Skips must lead to later states, so inner states need numbers between the two.
            inner = [self._between(rules, repeatable) for _, rules in before]
            state_of[subset] = self._state(repeatable)
            for (source, rules), states in zip(before, inner, strict=True):
                self._connect(state_of[source], state_of[subset], rules, states)
        return state_of[subsets[-1]]

    def _between(self, rules: _Rules, repeatable: frozenset[int]) -> list[int]:
        """Create the states inside an entry: one for a loop with an end, and the states of a fallback."""
        looping = isinstance(self.rules[rules.main].entry.loop, Loop)
        fallback = self.rules[rules.main].entry.fallback
        return [self._state(repeatable) for _ in range(looping + (1 + len(rules.then) if fallback else 0))]

    def _connect(self, source: int, target: int, rules: _Rules, inner: list[int]) -> None:
        entry = self.rules[rules.main].entry
        if isinstance(entry.loop, Loop):
            self._read_loop(source, target, rules.main, inner.pop(0))
        else:
            self._read(source, target, rules.main)
        if entry.fallback:
            self._fall_back(source, target, rules, inner)

    def _fall_back(self, source: int, target: int, rules: _Rules, branch: list[int]) -> None:
        fallback = self.rules[rules.main].entry.fallback
        assert fallback is not None
        self.reads[source].append(Read(branch[0], rules.main, frozenset(fallback.status), "fallback"))
        for state, following, index in zip(branch, branch[1:], rules.then, strict=False):
            self._read(state, following, index)
        self.skips[branch[-1]].append(Skip(target, None, required=False))

    def _read(self, source: int, target: int, index: int) -> None:
        rule = self.rules[index]
        self.reads[source].append(Read(target, index, rule.statuses, rule.verdict))
        if rule.entry.loop:
            self.reads[target].append(Read(target, index, rule.statuses, "repeated"))
        self.skips[source].append(Skip(target, index, required=not rule.optional))

    def _read_loop(self, source: int, target: int, index: int, working: int) -> None:
        rule = self.rules[index]
        assert isinstance(rule.entry.loop, Loop)
        going = frozenset(rule.entry.statuses)
        last = frozenset(rule.entry.loop.last_statuses)
        by_body = not last
        verdicts: tuple[tuple[int, ExchangeVerdict], ...] = ((source, rule.verdict), (working, "repeated"))
        for state, verdict in verdicts:
            self.reads[state] += [
                Read(working, index, going, verdict, ends=False if by_body else None),
                Read(target, index, last or going, verdict, ends=True if by_body else None),
            ]
        self.skips[source].append(Skip(target, index, required=not rule.optional))
        self.skips[working].append(Skip(target, index, required=True))

    def _repeatable(self, rules: _Rules) -> frozenset[int]:
        return frozenset(rule for rule in (rules.main, *rules.then) if self.rules[rule].entry.repeats)

    def _rules(self, entry: Entry) -> _Rules:
        main = self._rule(entry, entry.steps, "documented" if entry.steps else "optional")
        then = entry.fallback.then if entry.fallback else ()
        followers = [follower for follower in then if self._holds(follower) is not False]
        return _Rules(main, tuple(self._rule(follower, entry.steps, "fallback") for follower in followers))

    def _rule(self, entry: Entry, steps: tuple[int, ...], verdict: ExchangeVerdict) -> int:
        last = entry.loop.last_statuses if isinstance(entry.loop, Loop) else ()
        optional = entry.optional or self._holds(entry) is None or (self.brought and is_login(entry))
        self.rules.append(Rule(entry, steps, verdict, frozenset({*entry.statuses, *last}), optional))
        return len(self.rules) - 1

    def _holds(self, entry: Entry) -> bool | None:
        return releases.holds(entry.since, entry.until, self.release)

    def _state(self, passed: frozenset[int]) -> int:
        self.reads.append([])
        self.skips.append([])
        self.passed.append(passed)
        return len(self.reads) - 1
