"""The texts of tracer for readers: a file for each language, with a section for each kind of page."""

from __future__ import annotations

from tracer.i18n.notes import note_text
from tracer.i18n.texts import DEFAULT, Section, check_language, form_for, languages, pick, section

__all__ = ["DEFAULT", "Section", "check_language", "form_for", "languages", "note_text", "pick", "section"]
