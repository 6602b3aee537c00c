"""A sequence as a small automaton. Its words are the runs that the sequence documents.

States are positions between entries. A ``Read`` consumes an exchange that matches its rule; a ``Skip``
continues without an exchange. A fallback is a branch from the state before an entry to the state after
it. Alternatives are branches between two states. Exchanges in any order have a state for each set of
exchanges so far. A search that finds nothing has states of its own: they lead to the end of the command, or
to the next of its arguments. Every skip leads to a later state, so one pass in the order of states follows
all skips.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, NamedTuple

from tracer.sequences.client_versions import holds, possible_clients
from tracer.sequences.discovery import with_alternatives
from tracer.sequences.loading import ways
from tracer.sequences.logins import PASSWORD, Login, is_login_entry
from tracer.sequences.option_conditions import presence
from tracer.sequences.schema import AnyOrder, Each, Entry, Loop, OneOf, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tracer.model import ExchangeVerdict
    from tracer.sequences.client_versions import Client
    from tracer.sequences.option_conditions import Invocation
    from tracer.sequences.schema import Item

__all__ = ["Automaton", "Read", "Rule", "Search", "Skip", "automatons"]


class Search(NamedTuple):
    """The search of a rule in a fallback: the list in its bodies, and the rule that named the resource."""

    items: str
    lookup: int


class Rule(NamedTuple):
    """An entry with its step numbers. An entry of a fallback has the steps of the failed exchange.

    ``statuses`` are all expected statuses, including the statuses that end the entry's loop. ``equivalents``
    are the indexes of the rule and of the rules that replace it: alternative requests of discovery.
    ``each`` is what the entry occurs for, if it is part of an ``each``: ``arguments`` or an option.
    """

    entry: Entry
    steps: tuple[int, ...]
    verdict: ExchangeVerdict
    statuses: frozenset[int]
    optional: bool
    equivalents: frozenset[int]
    search: Search | None = None
    each: str = ""


class Read(NamedTuple):
    """A transition by an exchange that matches ``rule`` and has one of ``statuses``.

    ``ends`` is true if the response must end the loop of the rule or its search must find nothing, false if
    it must not, None if both fit.
    """

    target: int
    rule: int
    statuses: frozenset[int]
    verdict: ExchangeVerdict
    ends: bool | None = None


class Skip(NamedTuple):
    """A transition without an exchange for ``rule`` (None: no rule). It is an error if ``required``.

    ``unfound`` is the rule of a lookup whose search found nothing: the rest of the command is left out.
    """

    target: int
    rule: int | None
    required: bool
    unfound: int | None = None


class Automaton(NamedTuple):
    """The rules of a sequence for ``client``, and the transitions of each state.

    State 0 is the start, the last state is the end. ``passed`` has the repeatable rules before each state.
    """

    sequence: Sequence
    client: Client
    rules: tuple[Rule, ...]
    reads: tuple[tuple[Read, ...], ...]
    skips: tuple[tuple[Skip, ...], ...]
    passed: tuple[frozenset[int], ...]


def automatons(
    sequence: Sequence,
    client: Client,
    invocation: Invocation | None = None,
    login: Login = PASSWORD,
) -> tuple[Automaton, ...]:
    """Return the automatons of ``sequence`` for the clients that ``client`` may be. The result is cached.

    There are several if the known versions of ``client`` came with clients before and after a change. If no
    version is known, entries that not all clients have are optional. If the invocation is not known, ``when``
    has no effect. ``login`` adds ways to a token to the login of the sequence.
    """
    return _build_all(_Key(sequence), client, invocation, login)


class _Key:
    """A hashable key for a sequence by identity: a sequence contains dicts and has no hash."""

    def __init__(self, sequence: Sequence) -> None:
        self.sequence = sequence

    def __hash__(self) -> int:
        return id(self.sequence)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and other.sequence is self.sequence


@functools.lru_cache(maxsize=256)
def _build_all(
    key: _Key, client: Client, invocation: Invocation | None, login: Login
) -> tuple[Automaton, ...]:
    possible = possible_clients(_with_inner(key.sequence.entries), client)
    return tuple(_Builder(each, invocation, login).build(key.sequence) for each in possible)


def _with_inner(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Yield ``entries`` with the entries of their fallbacks and their service calls."""
    for entry in entries:
        yield entry
        yield from _with_inner((*entry.service_calls, *(entry.fallback.then if entry.fallback else ())))


class _Rules(NamedTuple):
    """The rule of an entry, the rules of its fallback, and the rules of alternative requests."""

    main: int
    then: tuple[int, ...]
    alternatives: tuple[int, ...]


class _Builder:
    def __init__(self, client: Client, invocation: Invocation | None, login: Login) -> None:
        self.client = client
        self.invocation = invocation
        self.brought = login.brought
        self.ways = [way for way in ways() if way.name in login.ways]
        self.rules: list[Rule] = []
        self.reads: list[list[Read]] = []
        self.skips: list[list[Skip]] = []
        self.passed: list[frozenset[int]] = []
        self.each = ""
        self.repeated = False
        self.unfound: list[tuple[int, int]] = []

    def build(self, sequence: Sequence) -> Automaton:
        self._items(sequence.exchanges, self._state(frozenset()))
        self._leave_out(len(self.reads) - 1)
        return Automaton(
            sequence,
            self.client,
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
            if isinstance(item, Each):
                state = self._for_each(item, state)
                continue
            entries = item.any_order if isinstance(item, AnyOrder) else (item,)
            occurring = [entry for entry in entries if self._occurs(entry)]
            if self.ways and any(map(is_login_entry, occurring)):
                state = self._log_in(occurring, state)
            else:
                state = self._in_any_order([self._rules(entry) for entry in occurring], state)
        return state

    def _for_each(self, item: Each, state: int) -> int:
        count = self.invocation.occurrences(item.of) if self.invocation else None
        if count == 0 and item.of != "arguments":
            return state
        # A command goes on with its next argument, but ends if the value of an option names nothing.
        goes_on = item.of == "arguments"
        outer, self.unfound, self.each = self.unfound, [], item.of
        first = self._items(item.each, state)
        if goes_on:
            self._leave_out(first)
        last = first
        if count != 1:
            self.repeated = True
            own = len(self.reads[first])
            last = self._items(item.each, first)
            if goes_on:
                self._leave_out(last)
            self.reads[last] += self.reads[first][own:]
            self.skips[first].append(Skip(last, None, required=False))
            self.repeated = False
        self.unfound, self.each = outer + self.unfound, ""
        return last

    def _leave_out(self, target: int) -> None:
        """Lead the states after fruitless searches to ``target``."""
        for state, lookup in self.unfound:
            self.skips[state].append(Skip(target, None, required=False, unfound=lookup))
        self.unfound = []

    def _alternatives(self, item: OneOf, state: int) -> int:
        ends = [self._items(branch, state) for branch in item.one_of]
        # A branch without entries for this client is not an alternative.
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
        branch = 1 + len(rules.then) if fallback else 0
        searching = len(rules.then) if fallback and fallback.search else 0
        return [self._state(repeatable) for _ in range(looping + branch + searching)]

    def _connect(self, source: int, target: int, rules: _Rules, inner: list[int]) -> None:
        entry = self.rules[rules.main].entry
        if isinstance(entry.loop, Loop):
            self._read_loop(source, target, rules.main, inner.pop(0))
        else:
            self._read(source, target, rules.main)
        for index in rules.alternatives:
            self.reads[source].append(
                Read(target, index, self.rules[index].statuses, self.rules[index].verdict)
            )
        if entry.fallback:
            self._fall_back(source, target, rules, inner)

    def _fall_back(self, source: int, target: int, rules: _Rules, branch: list[int]) -> None:
        fallback = self.rules[rules.main].entry.fallback
        assert fallback is not None
        branch, fruitless = branch[: len(rules.then) + 1], branch[len(rules.then) + 1 :]
        self.reads[source].append(Read(branch[0], rules.main, frozenset(fallback.status), "fallback"))
        for state, following, index in zip(branch, branch[1:], rules.then, strict=False):
            self._read(state, following, index, ends=False if fruitless else None)
        self.skips[branch[-1]].append(Skip(target, None, required=False))
        if fruitless:
            self._search(branch, fruitless, rules)

    def _search(self, branch: list[int], fruitless: list[int], rules: _Rules) -> None:
        """Connect the states after searches that found nothing: ``fruitless`` has one for each rule."""
        for position, index in enumerate(rules.then):
            rule, after = self.rules[index], fruitless[position]
            self.reads[branch[position]].append(Read(after, index, rule.statuses, rule.verdict, ends=True))
            if position:
                before = fruitless[position - 1]
                self._read(before, branch[position + 1], index, ends=False, may_skip=False)
                self.reads[before].append(Read(after, index, rule.statuses, rule.verdict, ends=True))
                self.skips[before].append(Skip(after, index, required=not rule.optional))
        self.unfound.append((fruitless[-1], rules.main))

    def _read(
        self, source: int, target: int, index: int, *, ends: bool | None = None, may_skip: bool = True
    ) -> None:
        rule = self.rules[index]
        self.reads[source].append(Read(target, index, rule.statuses, rule.verdict, ends))
        if rule.entry.loop:
            self.reads[target].append(Read(target, index, rule.statuses, "repeated"))
        if may_skip:
            self.skips[source].append(Skip(target, index, required=not rule.optional))

    def _read_loop(self, source: int, target: int, index: int, working: int) -> None:
        rule = self.rules[index]
        assert isinstance(rule.entry.loop, Loop)
        going = frozenset(rule.entry.statuses)
        last = frozenset(rule.entry.loop.last_statuses)
        by_body = bool(rule.entry.loop.until_body)
        verdicts: tuple[tuple[int, ExchangeVerdict], ...] = ((source, rule.verdict), (working, "repeated"))
        for state, verdict in verdicts:
            self.reads[state].append(Read(working, index, going, verdict, ends=False if by_body else None))
            if by_body:
                self.reads[state].append(Read(target, index, going, verdict, ends=True))
            if last:
                self.reads[state].append(Read(target, index, last, verdict))
        self.skips[source].append(Skip(target, index, required=not rule.optional))
        self.skips[working].append(Skip(target, index, required=True))

    def _repeatable(self, rules: _Rules) -> frozenset[int]:
        repeatable = {rule for rule in (rules.main, *rules.then) if self.rules[rule].entry.repeats}
        return frozenset(index for rule in repeatable for index in self.rules[rule].equivalents)

    def _rules(self, entry: Entry) -> _Rules:
        verdict: ExchangeVerdict = "documented" if entry.steps else "optional"
        requests = list(with_alternatives(entry))
        indexes = range(len(self.rules), len(self.rules) + len(requests))
        for request in requests:
            self._rule(request, entry.steps, verdict, equivalents=frozenset(indexes))
        fallback = entry.fallback
        followers = [follower for follower in fallback.then if self._occurs(follower)] if fallback else []
        search = Search(fallback.search, indexes[0]) if fallback and fallback.search else None
        then = [self._rule(follower, entry.steps, "fallback", search) for follower in followers]
        return _Rules(indexes[0], tuple(then), tuple(indexes[1:]))

    def _rule(
        self,
        entry: Entry,
        steps: tuple[int, ...],
        verdict: ExchangeVerdict,
        search: Search | None = None,
        equivalents: frozenset[int] = frozenset(),
    ) -> int:
        index = len(self.rules)
        last = entry.loop.last_statuses if isinstance(entry.loop, Loop) else ()
        statuses = frozenset({*entry.statuses, *last})
        if self.repeated and verdict == "documented":
            verdict = "repeated"
        optional = self._is_optional(entry)
        self.rules.append(
            Rule(entry, steps, verdict, statuses, optional, equivalents | {index}, search, self.each)
        )
        return index

    def _is_optional(self, entry: Entry) -> bool:
        demanded = presence(entry.condition, self.invocation)
        optional = entry.optional if demanded == "as-declared" else demanded == "optional"
        return optional or self._holds(entry) is None or (self.brought and is_login_entry(entry))

    def _occurs(self, entry: Entry) -> bool:
        return self._holds(entry) is not False and presence(entry.condition, self.invocation) != "absent"

    def _holds(self, entry: Entry) -> bool | None:
        return holds(entry, self.client)

    def _state(self, passed: frozenset[int]) -> int:
        self.reads.append([])
        self.skips.append([])
        self.passed.append(passed)
        return len(self.reads) - 1
