"""The last gate: what looks like a secret, or is a known one, in any text."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tracer.redaction.known import KnownSecrets
from tracer.redaction.rules import load_policy

if TYPE_CHECKING:
    from tracer.redaction.rules import Policy

__all__ = ["Finding", "scan"]


class Finding(NamedTuple):
    """What was found and where, without the value. ``line`` and ``column`` count from 1."""

    rule: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.rule} at {self.line}:{self.column}"


def scan(text: str, *, known: KnownSecrets | None = None, policy: Policy | None = None) -> list[Finding]:
    """What looks like a secret in ``text``, in the order of its places.

    ``known`` are searched for in clear and in every encoding; without a ``policy`` of its own
    the scan goes by theirs, or by the built-in one. Pseudonyms, ``<removed>`` and what people
    write in the place of a value are no findings. A value beside a name of a secret is one
    however short it is, as it is taken out of what is recorded; what else looks like a secret
    is none if it is too short or too common to be told from an innocent word.
    """
    policy = policy or (known.policy if known is not None else load_policy())
    judge = KnownSecrets(policy) if known is None else known
    places = {hit.start: "known secret" for hit in judge.find(text)}
    for pair in policy.pairs.find(text):
        places.setdefault(pair.start, pair.place.rule)
    for pattern, start, end in policy.patterns.matches(text):
        if pattern.certain:
            places[start] = pattern.name
        elif not judge.is_common(text[start:end].strip("\"'")):
            places.setdefault(start, pattern.name)
    findings = []
    line, last, line_end = 1, 0, -1
    for start, rule in sorted(places.items()):
        line += text.count("\n", last, start)
        line_end = max(line_end, text.rfind("\n", last, start))
        last = start
        findings.append(Finding(rule, line, start - line_end))
    return findings
