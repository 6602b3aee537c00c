"""Texts for the conditions of a documented exchange: optional, repeated, or only of some clients."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.sequences import CLIENT_PACKAGE, Loop

if TYPE_CHECKING:
    from collections.abc import Sequence as List

    from tracer.rendering.words import Words
    from tracer.sequences import Condition, Entry

__all__ = ["either", "how_often", "when"]


def when(entry: Entry, words: Words) -> list[str]:
    """Return the conditions under which the exchange occurs; an empty list if it always occurs."""
    conditions = [words.optional] if entry.optional else []
    if entry.since:
        conditions.append(words.since.format(release=_client(entry.since)))
    if entry.until:
        conditions.append(words.until.format(release=_client(entry.until)))
    return conditions


def _client(condition: Condition) -> str:
    """Return a release, or the name and the version of the package that decides."""
    if isinstance(condition, str):
        return condition
    package = CLIENT_PACKAGE if CLIENT_PACKAGE in condition else next(iter(condition))
    versions = condition[package]
    return f"{package} {versions if isinstance(versions, str) else '–'.join(versions)}"


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
