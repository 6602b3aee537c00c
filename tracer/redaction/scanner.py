"""The final scan of any text for known secrets, and for values that look like secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tracer.redaction.headers import is_scheme
from tracer.redaction.known import KnownSecrets
from tracer.redaction.rules import load_policy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tracer.redaction.patterns import TextPattern
    from tracer.redaction.rules import Policy

__all__ = ["Finding", "located", "scan"]


class Finding(NamedTuple):
    """The rule and position of a secret, without its value. ``line`` and ``column`` start at 1."""

    rule: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.rule} at {self.line}:{self.column}"


def scan(
    text: str, *, known: KnownSecrets | None = None, policy: Policy | None = None, common: bool = False
) -> list[Finding]:
    """Return the secrets in ``text``, in the order of their positions.

    Search for ``known`` secrets in plain text and in every encoding. Without ``policy``, apply the policy
    of ``known``, or the built-in policy. Pseudonyms, ``<removed>`` and placeholders are no findings. A
    value beside the name of a secret is a finding at any length, as capture replaces it. Another value
    that looks like a secret is no finding if it is too short or too common: it may be an ordinary word,
    and tracer refuses to write a recording with a finding. With ``common``, such a value is a finding too,
    as capture replaces it.
    """
    policy = policy or (known.policy if known is not None else load_policy())
    judge = KnownSecrets(policy) if known is None else known
    rule_by_start = {hit.start: "known secret" for hit in judge.find(text)}
    for pair in policy.pairs.find(text):
        rule_by_start.setdefault(pair.start, pair.rule.name)
    for pattern, start, end in policy.patterns.matches(text):
        value = pattern.value(text[start:end]).strip("\"'")
        if _is_harmless(value, pattern, policy) if common else not pattern.certain and judge.is_common(value):
            continue
        if pattern.certain:
            rule_by_start[start] = pattern.name
        else:
            rule_by_start.setdefault(start, pattern.name)
    return list(located(text, rule_by_start.items()))


def _is_harmless(value: str, pattern: TextPattern, policy: Policy) -> bool:
    # The pattern matches a scheme before a mask: ``Authorization: Bearer ***``.
    is_mere_scheme = pattern.kind == "credentials" and is_scheme(value)
    return policy.is_placeholder(value) or policy.is_variable(value) or is_mere_scheme


def located(text: str, hits: Iterable[tuple[int, str]], line: int = 1) -> Iterator[Finding]:
    """Yield a finding for each hit (an offset in ``text`` and a rule). The first line has number ``line``."""
    last, line_end = 0, -1
    for start, rule in sorted(hits):
        line += text.count("\n", last, start)
        line_end = max(line_end, text.rfind("\n", last, start))
        last = start
        yield Finding(rule, line, start - line_end)
