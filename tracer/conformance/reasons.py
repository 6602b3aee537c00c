"""Reasons why exchanges deviate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.sequences import catalog, client_of, invocation_of, match

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracer.model import Recording
    from tracer.sequences import Match, MatchDeviation

__all__ = ["reasons", "unlabelled_deviations"]


def reasons(recording: Recording) -> Mapping[int, str]:
    """Return, by index of each deviating exchange, the nearest step and the reason for the mismatch."""
    result = _match(recording)
    return {} if result is None else result.reasons


def unlabelled_deviations(recording: Recording) -> list[MatchDeviation]:
    """Return the deviations that no label shows: tokens, media types, and numbers of exchanges."""
    result = _match(recording)
    if result is None:
        return []
    shown = {"unexpected", "wrong-status", *(["missing"] if result.missing else [])}
    return [deviation for deviation in result.deviations if deviation.kind not in shown]


def _match(recording: Recording) -> Match | None:
    sequence = catalog().get(recording.sequence or "")
    if sequence is None or recording.verdict not in ("deviates", "undetermined"):
        return None
    invocation = invocation_of(recording, sequence)
    return match(recording.exchanges, sequence, client_of(recording), invocation)
