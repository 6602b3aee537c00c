"""Release notes of the services: which note of a release speaks of a change."""

from tracer.release_notes.note_search import NoteMatch, find_note
from tracer.release_notes.stored_notes import ReleaseNote, notes_of, series_page

__all__ = ["NoteMatch", "ReleaseNote", "find_note", "notes_of", "series_page"]
