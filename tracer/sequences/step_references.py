"""References to steps in the texts of a sequence file: ``{step:login}``, ``{step:login.request}``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tracer.errors import InputError
from tracer.sequences.items import map_nested_entries

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracer.sequences.items import PlainEntry

__all__ = ["StepNumbers", "with_step_numbers"]

StepNumbers = tuple[int, int] | None
"""The numbers of the request and the response of an exchange, None for an exchange without steps."""

_REFERENCE = re.compile(r"\{step:([^{}]*?)(\.request)?\}")
_TEXTS = ("summary", "request", "response")


def with_step_numbers(
    entry: PlainEntry, numbers: Mapping[str, StepNumbers], source: str, location: str
) -> PlainEntry:
    """Return ``entry`` with a number for each reference in its texts, and in those of its exchanges.

    ``numbers`` has the numbers of each exchange by ID. Raise InputError for a reference to an unknown ID, or
    to an exchange without steps.
    """

    def number(match: re.Match[str], where: str) -> str:
        name, request = match.groups()
        if name not in numbers:
            known = f"; known: {', '.join(numbers)}" if numbers else ""
            raise InputError(source, f"no exchange has the id {name!r} in {match[0]}{known}", where)
        steps = numbers[name]
        if steps is None:
            raise InputError(source, f"the exchange {name!r} in {match[0]} has no steps", where)
        return str(steps[0] if request else steps[1])

    def replaced(text: object, where: str) -> Any:
        if isinstance(text, dict):
            return {key: replaced(value, f"{where}.{key}") for key, value in text.items()}
        return _REFERENCE.sub(lambda match: number(match, where), text) if isinstance(text, str) else text

    def with_texts(plain: PlainEntry, where: str) -> PlainEntry:
        return {
            key: replaced(value, f"{where}.{key}") if key in _TEXTS else value for key, value in plain.items()
        }

    def change(plain: PlainEntry, where: str) -> PlainEntry:
        fallback = plain.get("fallback")
        changed = with_texts(plain, where)
        if isinstance(fallback, dict):
            changed["fallback"] = with_texts(fallback, f"{where}.fallback")
        return map_nested_entries(changed, where, change)

    return change(entry, location)
