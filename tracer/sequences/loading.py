"""Sequence files: reading, validation, and search by name."""

from __future__ import annotations

import functools
import re
from pathlib import Path

from tracer.errors import InputError
from tracer.formats import yaml_text
from tracer.formats.data_files import read, read_rules, typed
from tracer.formats.file_kinds import expecting
from tracer.rulefolders import package_files, rule_files
from tracer.sequences.composition import expand_entries, expand_sequence, expand_ways
from tracer.sequences.items import with_tags
from tracer.sequences.schema import Entry, Sequence, Way

__all__ = ["catalog", "common_calls", "find", "include", "load", "ways"]

_HERE = Path(__file__).parent
_CATALOG = _HERE / "catalog"
_CALLS = _HERE / "calls.yaml"
_LOGINS = _HERE / "logins.yaml"


def load(path: str | Path) -> Sequence:
    """Read the sequence file ``path``.

    Raise InputError with the file name, the location of the fault, and the expected value.
    """
    source = str(path)
    with expecting("sequence", Path(path)):
        return _sequence(yaml_text.load(read(Path(path)), source), source)


def _sequence(data: object, source: str) -> Sequence:
    if not isinstance(data, dict):
        raise InputError(source, "expected a sequence: a YAML file with a name and its exchanges")
    expanded = expand_sequence(data, source)
    if "exchanges" in expanded:
        expanded["exchanges"] = with_tags(expanded["exchanges"], source)
    return typed(expanded, Sequence, source)


@functools.cache
def catalog() -> dict[str, Sequence]:
    """Return the known sequences by name: of tracer, installed packages, users' files, and ``include``.

    A user's sequence replaces a sequence of the same name; a package's sequence does not. Callers share the
    dict and must not change it. Raise InputError for an invalid file of a package or the user.
    """
    sequences: dict[str, Sequence] = {}
    for sequence in map(load, [*sorted(_CATALOG.glob("*.yaml")), *package_files("sequences/*.yaml")]):
        sequences.setdefault(sequence.name, sequence)
    for sequence in map(load, reversed(rule_files("sequences/*.yaml"))):
        sequences[sequence.name] = sequence
    return sequences


def include(sequence: Sequence) -> None:
    """Add ``sequence`` to the catalogue of this process. Replace a sequence of the same name."""
    catalog()[sequence.name] = sequence


@functools.cache
def common_calls() -> tuple[Entry, ...]:
    """Return the service calls that any request may cause: the user's calls, then those of tracer.

    Raise InputError for an invalid file of the user.
    """
    files = read_rules(_CALLS, tuple[Entry, ...], prepare=expand_entries)
    return tuple(call for calls in files for call in calls)


@functools.cache
def ways() -> tuple[Way, ...]:
    """Return the ways to a token beside the login of the sequences: those of users, packages, and tracer.

    The first way of a name replaces the others. Raise InputError for an invalid file.
    """
    by_name: dict[str, Way] = {}
    for of_file in read_rules(_LOGINS, tuple[Way, ...], named=True, prepare=expand_ways):
        for way in of_file:
            by_name.setdefault(way.name, way)
    return tuple(by_name.values())


def find(name_or_path: str) -> Sequence:
    """Return the sequence with the name ``name_or_path``, or the sequence in the file with that path.

    Raise InputError if there is neither, or if the file is invalid.
    """
    sequences = catalog()
    if name_or_path in sequences:
        return sequences[name_or_path]
    if re.search(r"[/\\]|\.ya?ml$", name_or_path) or Path(name_or_path).is_file():
        return load(name_or_path)
    raise InputError("sequence", f"unknown sequence {name_or_path!r}; known: {', '.join(sequences)}")
