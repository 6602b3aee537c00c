"""Sequence files: read, checked, found by name."""

from __future__ import annotations

import functools
import re
from pathlib import Path

from tracer import yamltext
from tracer.datafiles import read, typed
from tracer.errors import InputError
from tracer.sequences.schema import Sequence

__all__ = ["catalog", "find", "load"]

_CATALOG = Path(__file__).parent / "catalog"


def load(path: str | Path) -> Sequence:
    """Read the sequence file ``path``.

    Raises InputError with the file's name, the place in it and what was expected there.
    """
    return typed(yamltext.load(read(Path(path)), str(path)), Sequence, str(path))


@functools.cache
def catalog() -> dict[str, Sequence]:
    """The sequences that ship with the program, by name. Callers share the dict: do not change it."""
    sequences = (load(path) for path in sorted(_CATALOG.glob("*.yaml")))
    return {sequence.name: sequence for sequence in sequences}


def find(name_or_path: str) -> Sequence:
    """The sequence of the catalogue called ``name_or_path``, or that of the file there.

    Raises InputError if there is neither, or if the file cannot be used.
    """
    known = catalog()
    if name_or_path in known:
        return known[name_or_path]
    if re.search(r"[/\\]|\.ya?ml$", name_or_path):
        return load(name_or_path)
    raise InputError("sequence", f"unknown sequence {name_or_path!r}; known: {', '.join(known)}")
