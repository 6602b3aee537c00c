"""Sentences on why exchanges deviate, in the reader's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.conformance.reasons import reasons, unlabelled_deviations
from tracer.i18n import DEFAULT
from tracer.rendering.conditions import either
from tracer.rendering.words import words
from tracer.sequences import catalog, entry_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracer.model import Exchange, Recording

__all__ = ["explanations"]


def explanations(recording: Recording, language: str) -> Mapping[int, str]:
    """Return the sentence on each deviating exchange by its index.

    In English, the sentence also names the nearest step.
    """
    whole = reasons(recording)
    if language == DEFAULT:
        return whole
    texts = words(language)
    others = {"token": texts.why_token, "media-type": texts.why_media_type, "body": texts.why_body}
    unlabelled = {
        deviation.exchange: others.get(deviation.kind) for deviation in unlabelled_deviations(recording)
    }
    return {
        index: unlabelled.get(index) or _sentence(recording.exchanges[index], recording, language)
        for index in whole
    }


def _sentence(exchange: Exchange, recording: Recording, language: str) -> str:
    texts = words(language)
    sequence = catalog().get(recording.sequence or "")
    entry = None if sequence is None else entry_of(exchange, sequence)
    if exchange.verdict != "wrong-status" or entry is None:
        return texts.why_unexpected
    expected = either(entry.statuses, texts)
    if exchange.response is None:
        return texts.why_no_response.format(expected=expected)
    return texts.why_wrong_status.format(status=exchange.response.status, expected=expected)
