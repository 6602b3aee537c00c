"""The notes of a recording as sentences in the language of the reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.i18n.texts import DEFAULT, form_for, section

if TYPE_CHECKING:
    from tracer.model import RunNote

__all__ = ["note_text"]


def note_text(note: RunNote, language: str = DEFAULT) -> str:
    """Return the sentence of ``note``. Its values are texts of a recording, which are not escaped.

    A note with a code of a later version, or without all values of its sentence, is shown as data.
    """
    texts = section(language, "notes")
    count = note.values.get("count")
    key = note.code if note.code in texts or not isinstance(count, int) else form_for(texts, note.code, count)
    try:
        return str(texts[key]).format_map(note.values)
    except KeyError:
        return ", ".join([note.code, *(f"{name}: {value}" for name, value in note.values.items())])
