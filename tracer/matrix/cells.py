"""Cells of a matrix: the result of one command on one release with one client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from tracer.matrix.problems import Problem
    from tracer.model import Recording

__all__ = ["Cell", "CellVerdict"]

CellVerdict = Literal[
    "conforms", "deviates", "undetermined", "recorded", "refused", "accepted", "failed", "missing"
]
"""``conforms``, ``deviates`` and ``undetermined`` are verdicts of the run; ``recorded``: it has no sequence.

If the suite expects a command to fail, the cloud has ``refused`` or ``accepted`` the command. ``failed``
means an error, and ``missing`` that a recording does not exist yet.
"""

_GOOD = frozenset({"conforms", "recorded", "refused"})
_WORSE: tuple[CellVerdict, ...] = ("conforms", "recorded", "undetermined", "deviates")


class Cell(NamedTuple):
    """One command of a suite on one release with one client: its two recordings, or its ``problems``.

    ``fails`` is the result that the suite expects. A ``name`` in parentheses is that of a suite: the
    ``problems`` concern its preparation, its clean-up, or the whole unit.
    """

    release: str
    client: str
    name: str
    recording: Recording | None = None
    again: Recording | None = None
    problems: tuple[Problem, ...] = ()
    fails: bool | Literal["maybe"] = False

    @property
    def messages(self) -> int:
        """Return the number of requests and responses in the first recording."""
        exchanges = self.recording.exchanges if self.recording else []
        return len(exchanges) + sum(1 for exchange in exchanges if exchange.response is not None)

    @property
    def verdict(self) -> CellVerdict:
        """Return the verdict of the two recordings. The worse of two verdicts counts."""
        if self.problems:
            return "failed"
        if self.recording is None or self.again is None:
            return "missing"
        ended = {_ended(recording) for recording in (self.recording, self.again)}
        if len(ended) > 1:
            return "failed"
        if not self.fails or (self.fails == "maybe" and ended == {True}):
            return max(
                self.recording.verdict or "recorded", self.again.verdict or "recorded", key=_WORSE.index
            )
        if ended == {True}:
            return "accepted"
        return "refused" if all(map(_all_responded, (self.recording, self.again))) else "failed"

    @property
    def good(self) -> bool:
        """Return whether the command was recorded, and behaved as the suite and the sequence expect.

        A sequence describes a release with its own client, so the client of another release may deviate.
        """
        return self.verdict in _GOOD or (self.verdict == "deviates" and self.client != self.release)

    @property
    def complaint(self) -> str:
        """Return the problems in one line; empty for a good cell and for verdicts of the recording itself."""
        if self.problems:
            return "; ".join(map(str, self.problems))
        if self.verdict == "accepted":
            return "it was meant to fail, and did not"
        if self.verdict == "missing":
            return "not recorded"
        if self.verdict == "failed":
            return (
                "it failed, but not for what the cloud answered"
                if self.fails
                else "it failed once of two times"
            )
        return ""


def _ended(recording: Recording) -> bool:
    """Return whether the command ended with exit code 0."""
    return recording.output is not None and recording.output.exit == 0


def _all_responded(recording: Recording) -> bool:
    """Return whether each request got a response with a status below 500. A server error is no refusal."""
    responses = [exchange.response for exchange in recording.exchanges]
    return not recording.interrupted and all(
        response is not None and response.status < 500 for response in responses
    )
