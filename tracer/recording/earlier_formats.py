"""Recordings in earlier formats: their content in the newest one.

Format 1 has notes as sentences, and no operations. All else is as in format 2.
"""

from __future__ import annotations

from typing import Any

from tracer.model import FORMAT, free_note

__all__ = ["READABLE", "upgrade"]

READABLE = (1, FORMAT)
"""The formats of recordings that tracer reads."""


def upgrade(tree: dict[str, Any]) -> dict[str, Any]:
    """Return the ``tree`` of a recording with the keys and types of the newest format.

    ``format`` stays that of the file. A value of a wrong type stays too: the check of types reports it.
    """
    notes = tree.get("notes")
    if tree["format"] == FORMAT or not isinstance(notes, list):
        return tree
    return tree | {"notes": [free_note(note) if isinstance(note, str) else note for note in notes]}
