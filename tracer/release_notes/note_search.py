"""Which note of a release speaks of a change, by the words of the change."""

from __future__ import annotations

import functools
import math
import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from tracer.release_notes.stored_notes import ReleaseNote, notes_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

__all__ = ["NoteMatch", "find_note"]

_RARE = 2
"""A plain word is evidence only if so many notes of a service have it at most."""
_SHORTEST = 4
"""The least length of a name that is evidence."""
_GENERIC = {
    "code", "default", "description", "detail", "error", "href", "link", "message", "name", "state", "status",
    "title", "type", "value",
}  # fmt: skip
"""Names of fields that say nothing of what they belong to, in the singular."""
_SEPARATOR = re.compile(r"[_-]")
_SUMMARY = "prelude"
"""A part of the names of notes that introduce a release. They name what other notes explain."""


class NoteMatch(NamedTuple):
    """A note, and the words that it shares with the change."""

    note: ReleaseNote
    words: tuple[str, ...]


class _Index:
    """The notes of a service, with their words in the singular."""

    def __init__(self, service: str) -> None:
        self.notes = [
            (note, frozenset(map(_singular, note.names)), frozenset(map(_singular, note.words)))
            for note in notes_of(service)
            if _SUMMARY not in note.name
        ]
        self._counts = Counter(word for _, names, words in self.notes for word in names | words)

    def is_rare(self, word: str) -> bool:
        """Return whether very few notes have the word."""
        return self._counts[word] <= _RARE

    def weight(self, words: Iterable[str]) -> float:
        """Return how much the words tell: rare words tell more."""
        return sum(math.log(len(self.notes) / self._counts[word]) for word in words)


def find_note(
    service: str, releases: Collection[str], subject: str, context: Iterable[str] = ()
) -> NoteMatch | None:
    """Return the note of ``releases`` that names the subject of a change, or None.

    ``subject`` is what has changed: the name of a field, of a header field or of a resource. A note must mark
    it as code, or be one of very few that have it as a plain word. It must also have a word of the
    ``context``, unless the subject is a name of three words, which hardly means something else. Of several
    notes, the one with the rarest words is returned; two alike are no evidence.
    """
    wanted = _singular(subject.lower())
    as_given = {_singular(word.lower()): word for word in (*context, subject)}
    context_words = as_given.keys() - {wanted}
    if len(wanted) < _SHORTEST or wanted in _GENERIC:
        return None
    is_long = len(_SEPARATOR.findall(wanted)) >= 2
    index = _index(service)
    matches: list[tuple[float, NoteMatch]] = []
    for note, names, words in index.notes:
        if note.release not in releases:
            continue
        shared = sorted(context_words & (names | words))
        if (wanted in names or (wanted in words and index.is_rare(wanted))) and (shared or is_long):
            match = NoteMatch(note, tuple(as_given[word] for word in (wanted, *shared)))
            matches.append((index.weight((wanted, *shared)), match))
    matches.sort(key=lambda item: -item[0])
    if not matches or (len(matches) > 1 and math.isclose(matches[0][0], matches[1][0])):
        return None
    return matches[0][1]


def _singular(word: str) -> str:
    return word[:-1] if word.endswith("s") and len(word) > _SHORTEST and word != "status" else word


@functools.cache
def _index(service: str) -> _Index:
    return _Index(service)
