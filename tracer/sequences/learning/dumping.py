"""A sequence as an editable file of format 2: keys and blank lines as in the catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from tracer.formats import yaml_text
from tracer.formats.yaml_text import Flow
from tracer.sequences.composition import FORMATS
from tracer.sequences.decomposition import decompose

if TYPE_CHECKING:
    from tracer.sequences.schema import Sequence

__all__ = ["dumps"]

_LAST = ("then", "calls", "afterwards", "fallback")  # fields with nested entries come after the texts
_FLOW = (
    "status", "query", "parameters", "aliases", "origin", "media_type", "valued_options", "flags", "when",
    "request_type", "response_type", "expect",
)  # fmt: skip


def dumps(sequence: Sequence, note: str = "") -> str:
    """Return ``sequence`` as YAML text, with ``note`` as a comment at the top."""
    tree: dict[str, Any] = {"format": FORMATS[-1], **msgspec.to_builtins(sequence)}
    del tree["exchanges"]
    comment = "".join(f"# {line}\n" for line in note.splitlines())
    parts = [yaml_text.dump([_plain(item)]) for item in decompose(sequence.exchanges)]
    return f"{comment}{yaml_text.dump(_plain(tree))}\nexchanges:\n" + "".join(_spaced(parts))


def _spaced(parts: list[str]) -> list[str]:
    """Return ``parts`` with a blank line between two of them, unless both have one line."""
    lengths = [part.count("\n") for part in parts]
    return [
        part if index == 0 or lengths[index - 1] == lengths[index] == 1 else f"\n{part}"
        for index, part in enumerate(parts)
    ]


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
    }
