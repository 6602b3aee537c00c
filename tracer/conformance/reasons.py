"""Reasons why exchanges deviate, and why a run is undetermined."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.sequences import catalog, client_of, invocation_of, match

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracer.model import Recording
    from tracer.sequences import Match, MatchDeviation

__all__ = ["reasons", "undetermined_reason", "unlabelled_deviations"]

_CLIENT = (
    "python-openstackclient changed, and the User-Agent does not show its version (record the command on the "
    "machine of the client)"
)
_REMEDY = "record one command at a time, see docs/explanation/attribution.md"


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


def undetermined_reason(recording: Recording) -> str:
    """Return the missing evidence and the remedy.

    The text mentions the notes without quoting them, because notes may have other subjects.
    """
    if recording.doubt == "client":
        return _CLIENT
    pointer = "; its notes say why" if recording.notes else ""
    return f"evidence is missing on which exchanges belong to the run{pointer} ({_REMEDY})"


def _match(recording: Recording) -> Match | None:
    sequence = catalog().get(recording.sequence or "")
    if sequence is None or recording.verdict not in ("deviates", "undetermined"):
        return None
    invocation = invocation_of(recording, sequence)
    return match(recording.exchanges, sequence, client_of(recording), invocation)
