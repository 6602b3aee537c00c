"""Replacement of secrets by pseudonyms, with counts. No other module replaces secrets."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple, Protocol

from tracer.redaction import url_secrets
from tracer.redaction.harmless import is_location, is_stand_in
from tracer.redaction.pseudonyms import is_pseudonym
from tracer.redaction.quoting import Quoted, quoted
from tracer.redaction.rules import KNOWN, Policy

if TYPE_CHECKING:
    from collections.abc import Callable

    from tracer.redaction.known import KnownSecrets
    from tracer.redaction.location_rules import LocationRule
    from tracer.redaction.pairs import NamedValue
    from tracer.redaction.patterns import TextPattern

__all__ = ["Cleaner", "SecretReplacer", "Substitutions", "is_kept"]

BETWEEN = "\n\0\n"
"""The separator of texts that are searched together."""

_MOST_ROUNDS = 8
_WORD = re.compile("[A-Z]?[a-z]{1,19}")


class SecretReplacer(Protocol):
    """A handler of the values that the policy names as secrets: see ``Substitutions``."""

    policy: Policy

    def take(self, rule: LocationRule, value: str, /) -> str:
        """Return the replacement of a secret."""

    def learn(self, rule: LocationRule, value: str, /) -> str:
        """Return a value unchanged that is a secret elsewhere."""

    def scrub(self, text: str, /) -> str:
        """Return a text without values that look like secrets."""

    def forget(self, text: str, /) -> str:
        """Return a text without known secrets."""


def is_kept(value: str) -> bool:
    """Return whether a value is never replaced: empty, a pseudonym, a mask, or a public certificate."""
    return not value or is_pseudonym(value) or is_stand_in(value)


class Cleaner(NamedTuple):
    """A function that cleans text, and two cheap tests for clean text."""

    scrub: Callable[[str], str]
    is_clean: Callable[[str], bool]
    is_clean_json: Callable[[str], bool]


class Substitutions:
    """The replaced secrets of one run.

    ``counts``: the number of replacements by each rule. ``declared``: secret names declared by templates.
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
            self._scrub_again, self._is_forgotten, lambda text: self._is_forgotten(text, document=True)
        )

    def take(self, rule: LocationRule, value: str) -> str:
        """Return the pseudonym of ``value``, a secret of the kind ``rule.kind``. Count and register it.

        Return a harmless value (a pseudonym, a mask, a public certificate) unchanged. In a token that is a
        URL without credentials, replace only the secrets of the URL.
        """
        if is_kept(value):
            return value
        if rule.kind == "token" and is_location(value):
            return url_secrets.url(value, self.policy, self.take)
        self.count(rule.name)
        self.known.add(rule.kind, value, spread=rule.spread)
        if rule.kind == "url":
            url_secrets.url(value, self.policy, self.learn)
        return self.known.pseudonym(rule.kind, value)

    def learn(self, rule: LocationRule, value: str) -> str:
        """Return ``value`` unchanged. Register it as a known secret if ``rule.spread`` is set."""
        if rule.spread and not is_stand_in(value):
            self.known.add(rule.kind, value)
        return value

    def scrub(self, text: str) -> str:
        """Return ``text`` without known secrets and without values that look like secrets.

        Repeat the search until nothing changes, as text beside a pseudonym may now look like a secret.
        """
        for _ in range(_MOST_ROUNDS):
            before = text
            # Known secrets first: in a row of a table, the value beside a name may be a piece of one.
            text = self.forget(self.policy.patterns.sub(self._replace_match, text)) if text else text
            shown = self.beside(text)
            text = text if shown == text else self.forget(shown)
            if text == before:
                break
        return text

    def declare(self, text: str) -> None:
        """Register the names that a template in ``text`` declares as secret."""
        self.declared |= self.policy.pairs.declared(text)

    def beside(self, text: str, *, document: bool = False) -> str:
        """Return ``text`` with the values beside names of secrets replaced."""
        if not self._may_hold_secret(text):
            return text
        new = self._without_values(text, self._pairs(text, document=document), document=document)
        written = None if document else quoted(new)
        if written is None:
            return new
        pairs = self._pairs(written.text)
        return self._without_values(new, [_in_source(pair, written, new) for pair in pairs])

    def _pairs(self, text: str, *, document: bool = False) -> list[NamedValue[LocationRule]]:
        return self.policy.pairs.find(text, document=document, declared=self.declared)

    def _without_values(
        self, text: str, pairs: list[NamedValue[LocationRule]], *, document: bool = False
    ) -> str:
        parts: list[str] = []
        done = 0
        for pair in pairs:
            # The text may be prose: an ordinary word without quotes is replaced only here.
            spread = pair.rule.spread and not (pair.bare and _WORD.fullmatch(pair.value))
            new = self.take(pair.rule._replace(spread=spread), pair.value)
            parts += (text[done : pair.start], json.dumps(new) if document and pair.bare else new)
            done = pair.end
        return "".join([*parts, text[done:]]) if parts else text

    def forget(self, text: str) -> str:
        """Return ``text`` with known secrets replaced. Count the replacements."""
        text, times = self.known.replace(text)
        if times:
            self.count(KNOWN, times)
        return text

    def _scrub_again(self, text: str) -> str:
        new = self.forget(text)
        return text if new == text else self.scrub(new)

    def count(self, rule: str, times: int = 1) -> None:
        """Add ``times`` to the count of ``rule``."""
        self.counts[rule] = self.counts.get(rule, 0) + times

    def total(self) -> int:
        """Return the number of replacements so far."""
        return sum(self.counts.values())

    def _replace_match(self, pattern: TextPattern, value: str) -> str:
        """Count and register ``value``, a match of ``pattern``. Return its pseudonym."""
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
        # ``beside`` searches the quoted form too. ``BETWEEN`` separates short texts.
        forms = () if document else map(quoted, text.split(BETWEEN))
        return any(written is not None and self._pairs(written.text) for written in forms)

    def _is_forgotten(self, text: str, *, document: bool = False) -> bool:
        return not self.known.find(text, document=document)


def _in_source(pair: NamedValue[LocationRule], written: Quoted, source: str) -> NamedValue[LocationRule]:
    """Convert a pair in the quoted form of ``source`` to the pair in ``source`` itself."""
    start, end = written.span(pair.start, pair.end)
    return pair._replace(start=start, end=end, value=source[start:end])
