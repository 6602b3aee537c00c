"""Recordings from which a sequence can be learned: those of successful commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracer.model import Recording

__all__ = ["failures"]

_SERVER_ERROR = 500


def failures(recordings: Mapping[str, Recording]) -> dict[str, str]:
    """Return the reason by name for each recording of a failed command: no example to learn from."""
    reasons = {name: _failure(recording) for name, recording in recordings.items()}
    return {name: reason for name, reason in reasons.items() if reason}


def _failure(recording: Recording) -> str:
    """Return the reason why the command failed, empty for a success or without evidence of a failure."""
    if recording.output is not None and recording.output.exit:
        return f"the command failed with exit code {recording.output.exit}"
    for number, exchange in enumerate(recording.exchanges, 1):
        if exchange.response is not None and exchange.response.status >= _SERVER_ERROR:
            return f"the response of exchange {number} is a server error ({exchange.response.status})"
    return ""
