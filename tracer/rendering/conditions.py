"""Texts for the conditions of a documented exchange: optional, repeated, or only in some releases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.sequences import Loop

if TYPE_CHECKING:
    from collections.abc import Sequence as List

    from tracer.rendering.words import Words
    from tracer.sequences import Entry

__all__ = ["either", "how_often", "when"]


def when(entry: Entry, words: Words) -> list[str]:
    """Return the conditions under which the exchange occurs; an empty list if it always occurs."""
    conditions = [words.optional] if entry.optional else []
    if entry.since:
        conditions.append(words.since.format(release=entry.since))
    if entry.until:
        conditions.append(words.until.format(release=entry.until))
    return conditions


def how_often(loop: Loop | bool, words: Words) -> str:
    """Return the condition that ends a repetition, or a general text if there is none."""
    if not isinstance(loop, Loop):
        return words.often
    if loop.last_statuses:
        return words.until_status.format(statuses=either(loop.last_statuses, words))
    ends = ((path, value if isinstance(value, list) else [value]) for path, value in loop.until_body.items())
    return ", ".join(
        words.until_value.format(path=path, values=either(values, words)) for path, values in ends
    )


def either(values: List[object], words: Words) -> str:
    """Join values as alternatives: ``400, 403 or 404``."""
    *others, last = map(str, values)
    return f"{', '.join(others)}{words.either}{last}" if others else last
