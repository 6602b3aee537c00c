"""The release notes that ship with tracer, as words: their texts are on the pages of their series."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TypeAlias

import msgspec

__all__ = ["DATA", "NotesOfService", "ReleaseNote", "StoredNote", "notes_of", "series_page"]

DATA = Path(__file__).parent / "data"
_PAGES = "https://docs.openstack.org/releasenotes/"


class StoredNote(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The words of a note in lower case, in the order of the alphabet and with blanks between them.

    ``names`` are those that the note marks as code, and identifiers such as ``disk_format``. ``words`` are
    all others.
    """

    names: str
    words: str


NotesOfService: TypeAlias = dict[str, dict[str, StoredNote]]
"""The notes of a service by release, those that the release before lacks, and by the name of their file."""


class ReleaseNote(msgspec.Struct, frozen=True, kw_only=True):
    """A note that is new in ``release`` of ``service``."""

    service: str
    release: str
    name: str
    names: frozenset[str]
    words: frozenset[str]


@functools.cache
def notes_of(service: str) -> tuple[ReleaseNote, ...]:
    """Return the notes of a service, those of the earliest release first; none for an unknown service."""
    path = DATA / f"{service}.json"
    if not path.exists():
        return ()
    return tuple(
        ReleaseNote(
            service=service,
            release=release,
            name=name,
            names=frozenset(note.names.split()),
            words=frozenset(note.words.split()),
        )
        for release, notes in msgspec.json.decode(path.read_bytes(), type=NotesOfService).items()
        for name, note in notes.items()
    )


def series_page(note: ReleaseNote) -> str:
    """Return the address of the page with the notes of the release."""
    return f"{_PAGES}{note.service}/{note.release}.html"
