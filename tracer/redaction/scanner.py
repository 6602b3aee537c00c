"""The last gate: what looks like a secret, or is a known one, in any text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from tracer.redaction.headers import is_scheme
from tracer.redaction.known import KnownSecrets
from tracer.redaction.rules import load_policy

if TYPE_CHECKING:
    from tracer.redaction.patterns import TextPattern
    from tracer.redaction.rules import Policy

__all__ = ["Finding", "located", "scan"]


class Finding(NamedTuple):
    """What was found and where, without the value. ``line`` and ``column`` count from 1."""

    rule: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.rule} at {self.line}:{self.column}"


def scan(
    text: str, *, known: KnownSecrets | None = None, policy: Policy | None = None, common: bool = False
) -> list[Finding]:
    """What looks like a secret in ``text``, in the order of its places.

    ``known`` are searched for in clear and in every encoding; without a ``policy`` of its own
    the scan goes by theirs, or by the built-in one. Pseudonyms, ``<removed>`` and what people
    write in the place of a value are no findings. A value beside a name of a secret is one
    however short it is, as it is taken out of what is recorded; what else looks like a secret
    is none if it is too short or too common to be told from an innocent word. With ``common`` that is
    a finding too, as capture takes it out; a refused recording would cost more than it helps.
    """
    policy = policy or (known.policy if known is not None else load_policy())
    judge = KnownSecrets(policy) if known is None else known
    places = {hit.start: "known secret" for hit in judge.find(text)}
    for pair in policy.pairs.find(text):
        places.setdefault(pair.start, pair.place.rule)
    for pattern, start, end in policy.patterns.matches(text):
        value = pattern.value(text[start:end]).strip("\"'")
        if _is_harmless(value, pattern, policy) if common else not pattern.certain and judge.is_common(value):
            continue
        if pattern.certain:
            places[start] = pattern.name
        else:
            places.setdefault(start, pattern.name)
    return list(located(text, places.items()))


def _is_harmless(value: str, pattern: TextPattern, policy: Policy) -> bool:
    # Before a mask, a scheme looks like the secret: ``Authorization: Bearer ***``.
    is_mere_scheme = pattern.kind == "credentials" and is_scheme(value)
    return policy.is_placeholder(value) or policy.is_variable(value) or is_mere_scheme


def located(text: str, hits: Iterable[tuple[int, str]], line: int = 1) -> Iterator[Finding]:
    """Give a finding for each place in ``text`` with its rule. ``line``: the number of the first line."""
    last, line_end = 0, -1
    for start, rule in sorted(hits):
        line += text.count("\n", last, start)
        line_end = max(line_end, text.rfind("\n", last, start))
        last = start
        yield Finding(rule, line, start - line_end)
