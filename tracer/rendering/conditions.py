"""Texts for the conditions of a documented exchange: options, clients, repetition."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.sequences import CLIENT_PACKAGE, Loop

if TYPE_CHECKING:
    from collections.abc import Sequence as List

    from tracer.rendering.words import Words
    from tracer.sequences import Condition, Each, Entry, When

__all__ = ["each", "either", "how_often", "when"]

_SHOWN = 3
"""The most options in one condition."""


def when(entry: Entry, words: Words) -> list[str]:
    """Return the conditions under which the exchange occurs; an empty list if it always occurs."""
    if entry.condition:
        conditions = _options(entry.condition, words)
    else:
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
    ends: list[str] = []
    if loop.last_statuses:
        ends.append(words.until_status.format(statuses=either(loop.last_statuses, words)))
    if loop.until_body:
        ends.append(", ".join(_until_value(path, value, words) for path, value in loop.until_body.items()))
    return either(ends, words)


def _until_value(path: str, value: object, words: Words) -> str:
    values = value if isinstance(value, list) else [value]
    return words.until_value.format(path=path, values=either(values, words))


def each(item: Each, words: Words) -> str:
    """Return the number of repetitions of ``item``."""
    return words.each_argument if item.of == "arguments" else words.each_option.format(option=item.of)


def _options(condition: When, words: Words) -> list[str]:
    conditions = []
    if condition.any_of or condition.all_of:
        alternatives = list(condition.any_of)
        if len(alternatives) > _SHOWN + 1:
            alternatives = [*alternatives[:_SHOWN], words.another_option]
        given = [*condition.all_of, *([either(alternatives, words)] if alternatives else [])]
        text = words.with_options if condition.otherwise == "absent" else words.always_with
        conditions.append(text.format(options=" + ".join(given)))
        if condition.then == "optional":
            conditions.append(words.optional)
    if condition.none_of:
        conditions.append(words.without_options.format(options=either(condition.none_of, words)))
    return conditions


def either(values: List[object], words: Words) -> str:
    """Join values as alternatives: ``400, 403 or 404``."""
    *others, last = map(str, values)
    return f"{', '.join(others)}{words.either}{last}" if others else last
