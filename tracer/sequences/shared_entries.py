"""Shared exchanges (``shared.yaml``) of tracer, packages, and users. Sequences take them with ``use``."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tracer.errors import InputError
from tracer.formats import yaml_text
from tracer.formats.data_files import read, rule_sources, typed
from tracer.formats.file_kinds import expecting
from tracer.sequences.expansion import expand, is_counted, refuse_steps, without_count
from tracer.sequences.items import count_nested, with_tags
from tracer.sequences.schema import Entry, Name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tracer.sequences.items import PlainEntry

__all__ = ["read_shared_entries", "shared_entries", "shared_entry", "typed_shared_entries"]

# A few lines could stand for millions of exchanges, as each can use another one several times.
_LONGEST_CHAIN = 20
_MOST_NESTED = 100
_FILE = Path(__file__).with_name("shared.yaml")


class _Located(NamedTuple):
    """A shared exchange as its file ``source`` has it."""

    source: str
    entry: PlainEntry


def shared_entry(name: str, source: str, location: str) -> PlainEntry:
    """Return the full form of a shared exchange. The arguments ``source`` and ``location`` use it.

    The caller must not change the dict. Raise InputError for an unknown name.
    """
    entries = shared_entries()
    if name not in entries:
        known = ", ".join(entries)
        raise InputError(source, f"no shared exchange is named {name!r}; known: {known}", location)
    return entries[name]


@functools.cache
def shared_entries() -> Mapping[str, PlainEntry]:
    """Return the full form of all shared exchanges by name. The first exchange of a name replaces the others.

    Texts may contain references to steps. Raise InputError for an invalid file.
    """
    return read_shared_entries(rule_sources(_FILE, named=True))


def read_shared_entries(sources: Iterable[tuple[Path, str]]) -> dict[str, PlainEntry]:
    """Return the shared exchanges of files, each given by its path and its name in errors.

    Raise InputError for an invalid file.
    """
    located: dict[str, _Located] = {}
    for path, source in sources:
        with expecting("shared", path):
            entries = typed(yaml_text.load(read(path), source), dict[Name, dict[str, object]], source)
        for name, entry in entries.items():
            located.setdefault(name, _Located(source, entry))
    expanded: dict[str, PlainEntry] = {}
    for name in located:
        _expand(name, located, (), expanded)
    return {name: expanded[name] for name in located}


@functools.cache
def typed_shared_entries() -> Mapping[str, Entry]:
    """Return the shared exchanges by name, with their types."""
    return {name: _typed(name, "shared.yaml", entry) for name, entry in shared_entries().items()}


def _expand(
    name: str, located: Mapping[str, _Located], users: tuple[str, ...], expanded: dict[str, PlainEntry]
) -> PlainEntry:
    """Return the full form of a shared exchange, and add it to ``expanded``.

    ``users`` are the shared exchanges that led to it.
    """
    if name in expanded:
        return expanded[name]
    source, entry = located[name]
    if len(users) > _LONGEST_CHAIN:
        raise InputError(source, f"more than {_LONGEST_CHAIN} exchanges use each other in a chain", name)
    if name in users:
        raise InputError(source, f"use leads back to its beginning: {', '.join((*users, name))}", name)

    def lookup(used: str, where: str, location: str) -> PlainEntry:
        if used not in located:
            known = ", ".join(located)
            raise InputError(where, f"no shared exchange is named {used!r}; known: {known}", location)
        return _expand(used, located, (*users, name), expanded)

    refuse_steps(entry, source, name)
    full = expand(entry, source, name, lookup)
    is_counted(full, source, name)
    if count_nested(full, _MOST_NESTED) > _MOST_NESTED:
        raise InputError(source, f"more than {_MOST_NESTED} exchanges in one", name)
    _typed(name, source, full)
    expanded[name] = full
    return full


def _typed(name: str, source: str, entry: PlainEntry) -> Entry:
    items = with_tags([without_count(entry)], source)
    assert isinstance(items, list), "a list stays a list"
    return typed(items[0], Entry, source, name)
