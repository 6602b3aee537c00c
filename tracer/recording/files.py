"""Recordings to YAML and back (``format: 1``)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from tracer import yamltext
from tracer.datafiles import read, typed
from tracer.errors import InputError
from tracer.model import FORMAT, Recording
from tracer.output import write
from tracer.yamltext import Flow

if TYPE_CHECKING:
    from tracer.redaction import KnownSecrets

__all__ = ["dumps", "load", "loads", "save"]


def dumps(recording: Recording) -> str:
    """The recording as YAML text."""
    tree: dict[str, Any] = msgspec.to_builtins(recording)
    for exchange in tree["exchanges"]:
        if "steps" in exchange:
            exchange["steps"] = Flow(exchange["steps"])
    for key in ("cloud", "missing", "redacted"):
        if key in tree:
            tree[key] = Flow(tree[key])
    return yamltext.dump(tree)


def loads(text: str, source: str) -> Recording:
    """The recording that ``text`` holds; ``source`` names it in errors.

    Raises InputError with the place of the fault, as in
    ``exchanges[3].response.status: expected int, got str``.
    """
    tree = yamltext.load(text, source)
    if not isinstance(tree, dict) or "format" not in tree:
        raise InputError(source, "not a recording: it has no 'format' key")
    if tree["format"] != FORMAT or isinstance(tree["format"], bool):
        raise InputError(
            source, f"expected {FORMAT}, got {tree['format']!r}: made by another tracer?", "format"
        )
    return typed(tree, Recording, source)


def load(path: Path) -> Recording:
    """The recording in the file ``path``. Raises InputError."""
    return loads(read(path), str(path))


def save(recording: Recording, path: Path, *, known: KnownSecrets | None = None, new: bool = False) -> None:
    """Write the recording, through the last gate; a ``new`` one replaces none.

    Raises LeakError, OutputError, NameTakenError.
    """
    write(path, dumps(recording), known=known, new=new)
