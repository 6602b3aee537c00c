"""Recordings to YAML and back (``format: 1``)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from tracer.errors import InputError
from tracer.model import FORMAT, Recording
from tracer.output import write
from tracer.recording import yamltext
from tracer.recording.yamltext import Flow

if TYPE_CHECKING:
    from tracer.redaction import KnownSecrets

__all__ = ["dumps", "load", "loads", "save"]

_PLACE = re.compile(r"^(?P<problem>.*?)(?: - at `(?:key in )?\$\.?(?P<place>.*)`)?$", re.DOTALL)


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
    try:
        return msgspec.convert(tree, Recording)
    except msgspec.ValidationError as error:
        raise _input_error(source, str(error)) from None
    except RecursionError:
        raise InputError(source, "nested too deeply") from None


def load(path: Path) -> Recording:
    """The recording in the file ``path``. Raises InputError."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InputError(str(path), f"not UTF-8 text (byte {error.start})") from None
    except OSError as error:
        raise InputError(str(path), error.strerror or str(error)) from None
    return loads(text, str(path))


def save(recording: Recording, path: Path, *, known: KnownSecrets | None = None) -> None:
    """Write the recording, through the last gate. Raises LeakError, OutputError."""
    write(path, dumps(recording), known=known)


def _input_error(source: str, message: str) -> InputError:
    match = _PLACE.match(message)
    if match is None:
        return InputError(source, message)
    problem = match["problem"].replace("`", "")
    return InputError(source, problem[:1].lower() + problem[1:], match["place"] or "")
