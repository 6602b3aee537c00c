"""The texts of known contradictions in other languages."""

from __future__ import annotations

import re

from tracer.conformance.api import contradictions
from tracer.conformance.api.evidence_texts import evidence_text


def test_each_text_of_a_contradiction_has_a_translation() -> None:
    texts = {text for entry in contradictions() for text in (entry.evidence, entry.only_if) if text}
    translated = {text: evidence_text(text, "ko") for text in texts}
    assert [text for text, korean in translated.items() if not re.search("[가-힣]", korean)] == []


def test_a_text_without_a_translation_is_english() -> None:
    assert evidence_text("No such text.", "ko") == "No such text."
    assert evidence_text("The page is the last one.", "en") == "The page is the last one."
