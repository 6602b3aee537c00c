"""The final scan of any text for known secrets, and for values that look like secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.findings import Leak
from tracer.redaction.headers import is_scheme
from tracer.redaction.known import KnownSecrets
from tracer.redaction.rules import load_policy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tracer.redaction.patterns import TextPattern
    from tracer.redaction.rules import Policy

__all__ = ["located", "scan"]


def scan(
    text: str, *, known: KnownSecrets | None = None, policy: Policy | None = None, common: bool = False
) -> list[Leak]:
    """Return the secrets in ``text``, in the order of their positions.

    Search for ``known`` secrets in plain text and in every encoding. Without ``policy``, apply the policy
    of ``known``, or the built-in policy. Pseudonyms, ``<removed>`` and placeholders are no leaks. A
    value beside the name of a secret is a leak at any length, as capture replaces it. Another value
    that looks like a secret is no leak if it is too short or too common: it may be an ordinary word,
    and tracer refuses to write a recording with a leak. With ``common``, such a value is a leak too,
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


def located(text: str, hits: Iterable[tuple[int, str]], line: int = 1) -> Iterator[Leak]:
    """Yield a leak for each hit (an offset in ``text`` and a rule). The first line has number ``line``."""
    last, line_end = 0, -1
    for start, rule in sorted(hits):
        line += text.count("\n", last, start)
        line_end = max(line_end, text.rfind("\n", last, start))
        last = start
        yield Leak(rule, line, start - line_end)
