"""A sequence as an editable file: keys and blank lines as in the catalogue."""

from __future__ import annotations

from typing import Any

import msgspec

from tracer.formats import yaml_text
from tracer.formats.yaml_text import Flow
from tracer.sequences.schema import TAG, Sequence

__all__ = ["dumps"]

_LAST = ("then", "calls", "fallback")  # fields with nested entries come after the texts
_FLOW = (
    "steps", "status", "query", "parameters", "aliases", "origin", "media_type", "valued_options", "when",
    "request_type", "response_type",
)  # fmt: skip


def dumps(sequence: Sequence, note: str = "") -> str:
    """Return ``sequence`` as YAML text, with ``note`` as a comment at the top."""
    tree: dict[str, Any] = msgspec.to_builtins(sequence)
    exchanges = tree.pop("exchanges")
    comment = "".join(f"# {line}\n" for line in note.splitlines())
    parts = [yaml_text.dump([_plain(item)]) for item in exchanges]
    return f"{comment}{yaml_text.dump(_plain(tree))}\nexchanges:\n" + "\n".join(parts)


def _lists(value: Any) -> Any:
    """Return ``value`` with lists in place of tuples."""
    if isinstance(value, dict):
        return {key: _lists(inner) for key, inner in value.items()}
    return [_lists(inner) for inner in value] if isinstance(value, list | tuple) else value


def _plain(node: Any) -> Any:
    if isinstance(node, list | tuple):
        return [_plain(child) for child in node]
    if not isinstance(node, dict):
        return node
    return {
        key: Flow(_lists(value)) if key in _FLOW and isinstance(value, dict | list | tuple) else _plain(value)
        for key, value in sorted(node.items(), key=lambda pair: pair[0] in _LAST)
        if key != TAG
    }
