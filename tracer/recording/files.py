"""Recordings as YAML files: reading of ``format: 1`` and ``format: 2``, and writing of ``format: 2``."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, TextIO

import msgspec
from msgspec.structs import replace

from tracer import archives
from tracer.errors import InputError
from tracer.formats import yaml_text
from tracer.formats.data_files import read, typed
from tracer.formats.file_kinds import expecting
from tracer.formats.yaml_text import Flow
from tracer.model import FORMAT, Exchange, Recording
from tracer.recording.earlier_formats import READABLE, upgrade

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tracer.redaction import KnownSecrets

__all__ = ["dump", "dumps", "load", "loads", "save"]


def dumps(recording: Recording) -> str:
    """Return the recording as YAML text."""
    return "".join(dump(recording))


def dump(recording: Recording) -> Iterator[str]:
    """Yield the text of ``dumps`` in pieces of whole lines. Read each exchange only for its own piece."""
    tree: dict[str, Any] = msgspec.to_builtins(replace(recording, format=FORMAT, exchanges=[]))
    for key in ("cloud", "missing", "redacted"):
        if key in tree:
            tree[key] = Flow(tree[key])
    tree["exchanges"] = map(_tree, recording.exchanges)
    return yaml_text.dump_pieces(tree)


def _tree(exchange: Exchange) -> dict[str, Any]:
    tree: dict[str, Any] = msgspec.to_builtins(exchange)
    if "steps" in tree:
        tree["steps"] = Flow(tree["steps"])
    return tree


def loads(text: str, source: str) -> Recording:
    """Return the recording in ``text``. Errors name ``source`` as its origin.

    Raise InputError with the location of the fault, as in
    ``exchanges[3].response.status: expected int, got str``.
    """
    return _loaded(text, source)


def load(path: Path) -> Recording:
    """Return the recording in the file ``path``, also in an archive, read piece by piece.

    Raise InputError for a faulty file.
    """
    with contextlib.suppress(InputError, OSError, ValueError):
        if archives.is_file(path):  # a pipe can be read only once
            with archives.open_text(path) as file:
                return _loaded(file, str(path))
    # Report an unreadable file, or a file that is not text, before a fault in its content.
    with expecting("recording", path):
        return loads(read(path), str(path))


def _loaded(text: str | TextIO, source: str) -> Recording:
    tree = yaml_text.load(text, source, {"exchanges": _exchange})
    if tree is None:
        raise InputError(source, "not a recording: it is empty")
    if not isinstance(tree, dict) or "format" not in tree:
        raise InputError(source, "not a recording: it has no 'format' key")
    if tree["format"] not in READABLE or isinstance(tree["format"], bool):
        raise InputError(
            source,
            f"expected {' or '.join(map(str, READABLE))}, got {tree['format']!r}: made by another tracer?",
            "format",
        )
    return typed(upgrade(tree), Recording, source)


def _exchange(tree: object) -> object:
    """Return ``tree`` as an exchange. Return a faulty tree unchanged: the check of the whole reports it."""
    try:
        return msgspec.convert(tree, Exchange)
    except (msgspec.ValidationError, RecursionError):
        return tree


def save(
    recording: Recording, path: Path, *, known_secrets: KnownSecrets | None = None, new: bool = False
) -> None:
    """Write the recording to ``path`` after a scan for secrets. With ``new``, never replace a file.

    Raise LeakError, OutputError, or NameTakenError.
    """
    from tracer.storage import write  # imports the policy, which reading does not need

    write(path, dump(recording), known_secrets=known_secrets, new=new)
