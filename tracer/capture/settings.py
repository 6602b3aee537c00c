"""How to trace: what the addon's options and ``tracer record`` come down to.

Light to import: ``tracer record`` checks its options before it starts the client, and
loads everything else while the client starts.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tracer.capture.participantmap import ParticipantMap
from tracer.errors import InputError

if TYPE_CHECKING:
    from tracer.model import Recording

__all__ = ["DIAGRAMS", "LIMIT", "Draw", "Settings"]

DIAGRAMS = ("mmd", "svg", "png")

LIMIT = 2**20
"""Content over this many bytes streams through and is not kept."""

Draw = Callable[["Recording", str], str | bytes]
"""Draws a recording as one of DIAGRAMS; given from above, as capturing does not draw."""


@dataclass(frozen=True)
class Settings:
    """Where recordings go and what goes into them. Raises InputError for what cannot be.

    ``name`` makes every recording replace the one of that name; without it, a recording is
    named after its sequence or command, and never replaces another. ``policies`` are files
    that add rules to the redaction policy.
    """

    folder: Path = Path("recordings")
    release: str | None = None
    sequence: str | None = None
    name: str | None = None
    participants: ParticipantMap = field(default_factory=ParticipantMap)
    diagrams: tuple[str, ...] = ()
    draw: Draw | None = None
    limit: int = LIMIT
    policies: tuple[Path, ...] = ()

    def __post_init__(self) -> None:
        for diagram in self.diagrams:
            if diagram not in DIAGRAMS:
                raise InputError("diagram", f"unknown kind {diagram!r}; known: {', '.join(DIAGRAMS)}")
        if self.limit < 0:
            raise InputError("limit", f"expected a number of bytes, got {self.limit}")
        _check_folder(self.folder)
        if self.sequence is not None:
            from tracer.sequences import find

            find(self.sequence)
        if self.policies:
            from tracer.redaction import load_policy

            load_policy(*self.policies)


def _check_folder(folder: Path) -> None:
    there = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    if not there.is_dir():
        raise InputError(str(there), "not a folder")
    if not os.access(there, os.W_OK | os.X_OK):
        raise InputError(str(there), "the folder cannot be written to")
