"""The criteria of the verdict ``conforms``, as data."""

from __future__ import annotations

import functools
from pathlib import Path

import msgspec

from tracer.formats import yaml_text
from tracer.formats.data_files import read, typed

__all__ = ["Criterion", "criteria"]

_FILE = Path(__file__).with_name("criteria.yaml")


class Criterion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A condition that a conforming run meets."""

    name: str
    text: str


@functools.cache
def criteria() -> tuple[Criterion, ...]:
    """Return all criteria, in the order of a report."""
    return typed(yaml_text.load(read(_FILE), _FILE.name), tuple[Criterion, ...], _FILE.name)
