"""In words: whether, how often and in which releases an exchange of a documented sequence comes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.sequences import Loop

if TYPE_CHECKING:
    from collections.abc import Sequence as List

    from tracer.rendering.words import Words
    from tracer.sequences import Entry

__all__ = ["either", "how_often", "when"]


def when(entry: Entry, words: Words) -> list[str]:
    """What has to hold for the exchange to come; nothing where it always does."""
    conditions = [words.optional] if entry.optional else []
    if entry.since:
        conditions.append(words.since.format(release=entry.since))
    if entry.until:
        conditions.append(words.until.format(release=entry.until))
    return conditions


def how_often(loop: Loop | bool, words: Words) -> str:
    """How long a repetition goes on."""
    if not isinstance(loop, Loop):
        return words.often
    if loop.last_statuses:
        return words.until_status.format(statuses=either(loop.last_statuses, words))
    ends = ((path, value if isinstance(value, list) else [value]) for path, value in loop.until_body.items())
    return ", ".join(
        words.until_value.format(path=path, values=either(values, words)) for path, values in ends
    )


def either(values: List[object], words: Words) -> str:
    """Several values as alternatives: ``400, 403 or 404``."""
    *others, last = map(str, values)
    return f"{', '.join(others)}{words.either}{last}" if others else last
