"""Recordings to YAML and back (``format: 1``)."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import msgspec
from msgspec.structs import replace

from tracer import yamltext
from tracer.datafiles import read, typed
from tracer.errors import InputError
from tracer.model import FORMAT, Exchange, Recording
from tracer.yamltext import Flow

if TYPE_CHECKING:
    from tracer.redaction import KnownSecrets

__all__ = ["dump", "dumps", "load", "loads", "save"]


def dumps(recording: Recording) -> str:
    """Return the recording as YAML text."""
    return "".join(dump(recording))


def dump(recording: Recording) -> Iterator[str]:
    """Yield the text of ``dumps`` in pieces of whole lines. An exchange is taken when its turn comes."""
    tree: dict[str, Any] = msgspec.to_builtins(replace(recording, exchanges=[]))
    for key in ("cloud", "missing", "redacted"):
        if key in tree:
            tree[key] = Flow(tree[key])
    tree["exchanges"] = map(_tree, recording.exchanges)
    return yamltext.dump_pieces(tree)


def _tree(exchange: Exchange) -> dict[str, Any]:
    tree: dict[str, Any] = msgspec.to_builtins(exchange)
    if "steps" in tree:
        tree["steps"] = Flow(tree["steps"])
    return tree


def loads(text: str, source: str) -> Recording:
    """The recording that ``text`` holds; ``source`` names it in errors.

    Raises InputError with the place of the fault, as in
    ``exchanges[3].response.status: expected int, got str``.
    """
    return _loaded(text, source)


def load(path: Path) -> Recording:
    """The recording in the file ``path``, of which no more is held than is being read. Raises InputError."""
    if path.is_file():  # else it may be a pipe, which is read once
        with contextlib.suppress(InputError, OSError, ValueError), path.open(encoding="utf-8") as file:
            return _loaded(file, str(path))
    # What is wrong with a file as such is told first: that it cannot be read, or is no text.
    return loads(read(path), str(path))


def _loaded(text: str | TextIO, source: str) -> Recording:
    tree = yamltext.load(text, source, {"exchanges": _exchange})
    if not isinstance(tree, dict) or "format" not in tree:
        raise InputError(source, "not a recording: it has no 'format' key")
    if tree["format"] != FORMAT or isinstance(tree["format"], bool):
        raise InputError(
            source, f"expected {FORMAT}, got {tree['format']!r}: made by another tracer?", "format"
        )
    return typed(tree, Recording, source)


def _exchange(tree: object) -> object:
    """The exchange as soon as it has been read; of one that has a fault, the recording as a whole tells."""
    try:
        return msgspec.convert(tree, Exchange)
    except (msgspec.ValidationError, RecursionError):
        return tree


def save(recording: Recording, path: Path, *, known: KnownSecrets | None = None, new: bool = False) -> None:
    """Write the recording, through the last gate; a ``new`` one replaces none.

    Raises LeakError, OutputError, NameTakenError.
    """
    from tracer.output import write  # with it comes the policy, which who reads has no need of

    write(path, dump(recording), known=known, new=new)
