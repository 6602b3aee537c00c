"""The one place where a value is exchanged for its pseudonym, counted and remembered."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import NamedTuple, Protocol

from tracer.redaction import urls
from tracer.redaction.harmless import is_location, is_stand_in
from tracer.redaction.known import KnownSecrets
from tracer.redaction.pairs import Pair
from tracer.redaction.patterns import TextPattern
from tracer.redaction.pseudonyms import is_pseudonym
from tracer.redaction.quoting import Quoted, quoted
from tracer.redaction.rules import KNOWN, Place, Policy

__all__ = ["Cleaner", "Ledger", "Taker", "is_kept"]

BETWEEN = "\n\0\n"
"""What stands between texts that are looked at together."""

_MOST_ROUNDS = 8
_WORD = re.compile("[A-Z]?[a-z]{1,19}")


class Taker(Protocol):
    """What is given the values that stand where the policy names a secret: see ``Ledger``."""

    policy: Policy

    def take(self, place: Place, value: str, /) -> str:
        """Return what stands instead of a secret."""

    def learn(self, place: Place, value: str, /) -> str:
        """Return a value that stays where it is, but is a secret elsewhere."""

    def scrub(self, text: str, /) -> str:
        """Return a text without what looks like a secret."""

    def forget(self, text: str, /) -> str:
        """Return a text without known secrets."""


def is_kept(value: str) -> bool:
    """Return whether a value stays wherever it stands: nothing, a pseudonym, a mask, a public certificate."""
    return not value or is_pseudonym(value) or is_stand_in(value)


class Cleaner(NamedTuple):
    """A way to clean text, and a cheap way to tell that there is nothing to clean."""

    scrub: Callable[[str], str]
    is_clean: Callable[[str], bool]
    is_clean_json: Callable[[str], bool]


class Ledger:
    """What was taken in one run.

    ``counts``: how often each rule took something. ``declared``: names that templates declared.
    """

    def __init__(self, policy: Policy, known: KnownSecrets) -> None:
        self.policy = policy
        self.known = known
        self.counts: dict[str, int] = {}
        self.declared: frozenset[str] = frozenset()
        self.everything = Cleaner(
            self.scrub, self._is_clean, lambda text: self._is_clean(text, document=True)
        )
        self.known_only = Cleaner(
            self._again, self._is_forgotten, lambda text: self._is_forgotten(text, document=True)
        )

    def take(self, place: Place, value: str) -> str:
        """The pseudonym of ``value``, which ``place`` says is a secret.

        A pseudonym and a value that is harmless (a mask, a public certificate) stay what they are.
        """
        if is_kept(value):
            return value
        if place.kind == "token" and is_location(value):
            return urls.url(value, self.policy, self.take)
        self.count(place.rule)
        self.known.add(place.kind, value, spread=place.spread)
        if place.kind == "url":
            urls.url(value, self.policy, self.learn)
        return self.known.pseudonym(place.kind, value)

    def learn(self, place: Place, value: str) -> str:
        """Remember ``value`` without taking it out of where it stands."""
        if place.spread and not is_stand_in(value):
            self.known.add(place.kind, value)
        return value

    def scrub(self, text: str) -> str:
        """``text`` without what looks like a secret and without known secrets.

        Where a secret went, what stood beside it may look like one only now.
        """
        for _ in range(_MOST_ROUNDS):
            before = text
            # A known secret goes before what stands beside a name: a piece of it in a row of a table does.
            text = self.forget(self.policy.patterns.sub(self._found, text)) if text else text
            shown = self.beside(text)
            text = text if shown == text else self.forget(shown)
            if text == before:
                break
        return text

    def declare(self, text: str) -> None:
        """Remember the names that a template in ``text`` declares to be of secrets."""
        self.declared |= self.policy.pairs.declared(text)

    def beside(self, text: str, *, document: bool = False) -> str:
        """Return ``text`` with the values exchanged that stand beside names of secrets."""
        if not self._may_hold_secret(text):
            return text
        new = self._without_values(text, self._pairs(text, document=document), document=document)
        written = None if document else quoted(new)
        if written is None:
            return new
        pairs = self._pairs(written.text)
        return self._without_values(new, [_in_source(pair, written, new) for pair in pairs])

    def _pairs(self, text: str, *, document: bool = False) -> list[Pair[Place]]:
        return self.policy.pairs.find(text, document=document, declared=self.declared)

    def _without_values(self, text: str, pairs: list[Pair[Place]], *, document: bool = False) -> str:
        parts: list[str] = []
        done = 0
        for pair in pairs:
            # An ordinary word without quotes is a secret at most there: the text may be prose.
            spread = pair.place.spread and not (pair.bare and _WORD.fullmatch(pair.value))
            new = self.take(pair.place._replace(spread=spread), pair.value)
            parts += (text[done : pair.start], json.dumps(new) if document and pair.bare else new)
            done = pair.end
        return "".join([*parts, text[done:]]) if parts else text

    def forget(self, text: str) -> str:
        """``text`` without known secrets."""
        text, times = self.known.replace(text)
        if times:
            self.count(KNOWN, times)
        return text

    def _again(self, text: str) -> str:
        new = self.forget(text)
        return text if new == text else self.scrub(new)

    def count(self, rule: str, times: int = 1) -> None:
        """Add to the counts."""
        self.counts[rule] = self.counts.get(rule, 0) + times

    def total(self) -> int:
        """How many values were taken until now."""
        return sum(self.counts.values())

    def _found(self, pattern: TextPattern, value: str) -> str:
        """The pseudonym of ``value``, which looks like a secret."""
        self.count(pattern.name)
        bare = pattern.value(value)
        self.known.add(pattern.kind, bare)
        return self.known.pseudonym(pattern.kind, bare)

    def _is_clean(self, text: str, *, document: bool = False) -> bool:
        if not self._is_forgotten(text, document=document):
            return False
        if not self._may_hold_secret(text):
            return True
        looks = any(self.policy.patterns.matches(text, document=document))
        return not looks and not self._shows_values(text, document=document)

    def _may_hold_secret(self, text: str) -> bool:
        return bool(self.declared) or self.policy.prefilter.may_hold_secret(text)

    def _shows_values(self, text: str, *, document: bool) -> bool:
        if self._pairs(text, document=document):
            return True
        # As ``beside`` does. Short texts are looked at together.
        forms = () if document else map(quoted, text.split(BETWEEN))
        return any(written is not None and self._pairs(written.text) for written in forms)

    def _is_forgotten(self, text: str, *, document: bool = False) -> bool:
        return not self.known.find(text, document=document)


def _in_source(pair: Pair[Place], written: Quoted, source: str) -> Pair[Place]:
    """Return what stands in a text, for what was found in the text as it is written."""
    start, end = written.span(pair.start, pair.end)
    return pair._replace(start=start, end=end, value=source[start:end])
