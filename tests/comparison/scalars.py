"""Every scalar of a recording, and another value for each of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec

from tracer.model import Recording

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["changed", "scalars"]

Path = tuple[Any, ...]

_IN_JSON = ("json", "stdout")
"""Fields with JSON text. The scalars inside are scalars of the recording, too."""


def scalars(recording: Recording) -> list[Path]:
    """Return the path of every scalar, fields with default values and scalars inside JSON texts included."""
    return list(_paths(_tree(recording)))


def changed(recording: Recording, path: Path) -> Recording | None:
    """Return a recording with another value at ``path``, None if no other value is valid there."""
    tree = _tree(recording)
    for value in _alternatives(_at(tree, path)):
        copy = _replaced(tree, path, value)
        try:
            result = msgspec.convert(copy, Recording)
        except msgspec.ValidationError:
            continue
        if result != recording:
            return result
    return None


def _tree(value: Any) -> Any:
    if isinstance(value, msgspec.Struct):
        return {
            field.encode_name: _tree(getattr(value, field.name)) for field in msgspec.structs.fields(value)
        }
    if isinstance(value, dict):
        return {key: _tree(inner) for key, inner in value.items()}
    return [_tree(inner) for inner in value] if isinstance(value, (list, tuple)) else value


def _paths(value: Any, path: Path = ()) -> Iterator[Path]:
    inside = _document(value) if path and path[-1] in _IN_JSON else None
    items = _items(value) if inside is None else _items(inside)
    if inside is not None:
        path = (*path, "")  # an empty step stands for the document inside of the text
    if items is None:
        yield path
        return
    for key, inner in items:
        yield from _paths(inner, (*path, key))


def _items(value: Any) -> list[tuple[Any, Any]] | None:
    if isinstance(value, dict):
        return list(value.items())
    return list(enumerate(value)) if isinstance(value, list) else None


def _document(text: Any) -> Any:
    try:
        document = json.loads(text)
    except (TypeError, ValueError, RecursionError):
        return None
    # Without doubled keys, and short enough to be walked.
    return document if isinstance(document, (dict, list)) and len(text) < 200_000 else None


def _at(value: Any, path: Path) -> Any:
    for step in path:
        value = json.loads(value) if step == "" and isinstance(value, str) else value[step]
    return value


def _replaced(value: Any, path: Path, new: Any) -> Any:
    if not path:
        return new
    step, *rest = path
    if step == "" and isinstance(value, str):
        return json.dumps(_replaced(json.loads(value), tuple(rest), new), indent=2)
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[step] = _replaced(value[step], tuple(rest), new)
    return copy


def _alternatives(value: Any) -> list[Any]:
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, (int, float)):
        return [value + 1, value - 1]
    if isinstance(value, str):
        return [f"{value}x", value[:-1], "deviates", "repeated", "too-large", "client", "f" * 64]
    return ["x", 1, 1.5, "failed", "conforms", "repeated", "too-large", {}]
