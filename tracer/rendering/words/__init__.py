"""What diagrams say in words of their own, in each language: a file a language."""

from __future__ import annotations

import functools
from pathlib import Path

import msgspec

from tracer import yamltext
from tracer.datafiles import read, typed
from tracer.errors import InputError

__all__ = ["DEFAULT", "Words", "languages", "words"]

DEFAULT = "en"


class Words(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The texts, with names in braces for what is filled in."""

    unexpected: str
    wrong_status: str
    missing_one: str
    missing: str
    authentication: str
    repeated: str
    optional: str
    failed: str
    followed: str
    continued: str
    goes_on: str
    went_before: str
    often: str
    until_status: str
    until_value: str
    any_order: str
    one_of: str
    since: str
    until: str
    answered: str
    either: str
    again: str


def languages() -> list[str]:
    """The languages that there are words in, as codes of ISO 639."""
    return sorted(path.stem for path in Path(__file__).parent.glob("*.yaml"))


@functools.cache
def words(language: str = DEFAULT) -> Words:
    """The words of ``language``. Raises InputError where there are none."""
    if language not in languages():
        raise InputError("lang", f"unknown language {language!r}; known: {', '.join(languages())}")
    path = Path(__file__).parent / f"{language}.yaml"
    return typed(yamltext.load(read(path), path.name), Words, path.name)
