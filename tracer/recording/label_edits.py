"""New labels in the text of a recording. All other characters of the text stay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from tracer.errors import InputError
from tracer.formats.yaml_entries import apply_edits, edits, mapping_spans
from tracer.model import Exchange, Recording
from tracer.recording.files import loads

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracer.formats.yaml_entries import Edit

__all__ = ["EXCHANGE_LABELS", "RUN_LABELS", "with_labels"]

RUN_LABELS = ("format", "sequence", "verdict", "doubt", "missing")
"""The fields of a recording that labelling sets."""

EXCHANGE_LABELS = ("steps", "operation", "path", "verdict", "cause")
"""The fields of an exchange that labelling sets."""


def with_labels(text: str, before: Recording, after: Recording, source: str) -> str:
    """Return ``text``, the recording ``before``, with the labels of ``after`` in the format of ``after``.

    Raise InputError with ``source`` if the style of the YAML allows no edit of single entries.
    """
    if after == before:
        return text
    edited = apply_edits(text, _edits(text, before, after))
    if not _is_recording(edited, after):
        raise InputError(
            source, "its style of YAML allows no edit of labels: put each key on a line of its own"
        )
    return edited


def _edits(text: str, before: Recording, after: Recording) -> Iterator[Edit]:
    run, *exchanges = mapping_spans(text, "exchanges")
    changed = _changed(before, after, RUN_LABELS)
    if "format" in changed and after.notes:
        changed["notes"] = msgspec.to_builtins(after.notes)
    yield from edits(text, run, changed, _keys(Recording))
    for span, old, new in zip(exchanges, before.exchanges, after.exchanges, strict=True):
        yield from edits(text, span, _changed(old, new, EXCHANGE_LABELS), _keys(Exchange))


def _changed(before: msgspec.Struct, after: msgspec.Struct, labels: tuple[str, ...]) -> dict[str, Any]:
    """Return the new values of changed labels. None stands for a default value, which has no entry."""
    values = {name: getattr(after, name) for name in labels}
    changed = {name: value for name, value in values.items() if value != getattr(before, name)}
    return {name: None if value == _default(type(after), name) else value for name, value in changed.items()}


def _default(kind: type[msgspec.Struct], name: str) -> object:
    field = next(field for field in msgspec.structs.fields(kind) if field.name == name)
    return field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()


def _keys(kind: type[msgspec.Struct]) -> tuple[str, ...]:
    return tuple(field.encode_name for field in msgspec.structs.fields(kind))


def _is_recording(text: str, recording: Recording) -> bool:
    try:
        return loads(text, "") == recording
    except InputError:
        return False
