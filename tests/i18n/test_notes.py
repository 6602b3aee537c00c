"""A note is a code with values, and a sentence in each language."""

from __future__ import annotations

import re

import pytest
from hypothesis import given

from tests.strategies import notes
from tracer.i18n import languages, note_text, section
from tracer.model import RunNote, free_note


@pytest.mark.parametrize(
    ("note", "language", "text"),
    [
        (
            RunNote(code="no-process", values={"peer": "192.0.2.7"}),
            "en",
            "command not known: no local process held the client's connection (192.0.2.7)",
        ),
        (
            RunNote(code="service-itself", values={"sender": "glance"}),
            "ko",
            "glance가 기록 중인 어떤 명령에도 응답하지 않을 때 보낸 요청",
        ),
        (free_note("{peer} said so"), "en", "{peer} said so"),
        (free_note("{peer} said so"), "ko", "{peer} said so"),
    ],
)
def test_a_note_is_a_sentence_in_the_language_of_the_reader(note: RunNote, language: str, text: str) -> None:
    assert note_text(note, language) == text


@pytest.mark.parametrize(("count", "verb"), [(1, "1 password value was"), (2, "2 password values were")])
def test_a_note_with_a_number_has_a_form_for_one(count: int, verb: str) -> None:
    assert note_text(RunNote(code="values-in-place", values={"count": count, "kind": "password"})).startswith(
        verb
    )


@pytest.mark.parametrize(
    ("note", "text"),
    [
        (
            RunNote(code="later", values={"count": 3, "peer": "x"}),
            "later, count: 3, peer: x",
        ),
        (RunNote(code="no-process"), "no-process"),
        (RunNote(code="values-in-place", values={"count": "many"}), "values-in-place, count: many"),
    ],
)
def test_a_note_that_has_no_sentence_is_shown_as_data(note: RunNote, text: str) -> None:
    assert note_text(note) == text


@given(notes)
def test_any_note_has_a_text(note: RunNote) -> None:
    for language in languages():
        assert isinstance(note_text(note, language), str)


def test_a_sentence_has_plain_placeholders_only() -> None:
    """Nothing such as ``{peer.attribute}`` or ``{peer:>99}``, which is more than a place for a value."""
    for language in languages():
        for code, text in section(language, "notes").items():
            assert re.findall(r"\{[^}]*\}", text) == re.findall(r"\{[a-z]+\}", text), code
