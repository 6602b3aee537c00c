"""Cells of a matrix: the result of one entry of a suite on one release with one client as one role."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from tracer.runs.participants import CLIENT

if TYPE_CHECKING:
    from tracer.matrix.problems import Problem
    from tracer.model import Recording

__all__ = ["Cell", "CellVerdict"]

CellVerdict = Literal[
    "conforms", "deviates", "undetermined", "recorded", "refused", "accepted", "failed", "missing",
    "unavailable",
]  # fmt: skip
"""``conforms``, ``deviates`` and ``undetermined`` are verdicts of the run; ``recorded``: it has no sequence.

If the suite expects a command to fail, or a status from 400, the cloud has ``refused`` or ``accepted`` it.
``failed`` means an error, ``missing`` that a recording does not exist yet, and ``unavailable`` that the
release lacks the role.
"""

_GOOD = frozenset({"conforms", "recorded", "refused", "unavailable"})
_WORSE: tuple[CellVerdict, ...] = ("conforms", "recorded", "undetermined", "deviates")


class Cell(NamedTuple):
    """One entry of a suite × release × client × role: its two recordings, or its ``problems``.

    ``fails`` is the result that the suite expects of a command, and ``statuses`` are those of a request.
    ``unavailable`` is the reason why the cloud does not have the role. A ``name`` in parentheses is that of
    a suite: the ``problems`` concern its preparation, its clean-up, or the whole unit.
    """

    release: str
    client: str
    name: str
    recording: Recording | None = None
    again: Recording | None = None
    problems: tuple[Problem, ...] = ()
    fails: bool | Literal["maybe"] = False
    role: str = ""
    statuses: tuple[int, ...] = ()
    unavailable: str = ""

    @property
    def messages(self) -> int:
        """Return the number of requests and responses in the first recording."""
        exchanges = self.recording.exchanges if self.recording else []
        return len(exchanges) + sum(1 for exchange in exchanges if exchange.response is not None)

    @property
    def verdict(self) -> CellVerdict:
        """Return the verdict of the two recordings. The worse of two verdicts counts."""
        if self.problems or self.unavailable:
            return "failed" if self.problems else "unavailable"
        if self.recording is None or self.again is None:
            return "missing"
        verdict_of = self._verdict_of_request if self.statuses else self._verdict_of_command
        return verdict_of(self.recording, self.again)

    def _verdict_of_command(self, recording: Recording, again: Recording) -> CellVerdict:
        ended = {_ended(recording), _ended(again)}
        if len(ended) > 1:
            return "failed"
        if not self.fails or (self.fails == "maybe" and ended == {True}):
            return _worse(recording, again)
        if ended == {True}:
            return "accepted"
        return "refused" if all(map(_all_responded, (recording, again))) else "failed"

    def _verdict_of_request(self, recording: Recording, again: Recording) -> CellVerdict:
        answered = {_status(recording), _status(again)}
        if len(answered) > 1 or not answered <= set(self.statuses):
            return "failed"
        return "refused" if max(answered) >= 400 else _worse(recording, again)

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
        if self.verdict == "failed" and self.statuses:
            return f"its status is not twice the same of {', '.join(map(str, self.statuses))}"
        if self.verdict == "failed":
            return (
                "it failed, but not for what the cloud answered"
                if self.fails
                else "it failed once of two times"
            )
        return ""


def _worse(recording: Recording, again: Recording) -> CellVerdict:
    return max(recording.verdict or "recorded", again.verdict or "recorded", key=_WORSE.index)


def _status(recording: Recording) -> int:
    """Return the status of the response to the client's request; 0 without a response."""
    responses = [exchange.response for exchange in recording.exchanges if exchange.sender == CLIENT]
    return next((response.status for response in responses if response is not None), 0)


def _ended(recording: Recording) -> bool:
    """Return whether the command ended with exit code 0."""
    return recording.output is not None and recording.output.exit == 0


def _all_responded(recording: Recording) -> bool:
    """Return whether each request got a response with a status below 500. A server error is no refusal."""
    responses = [exchange.response for exchange in recording.exchanges]
    return not recording.interrupted and all(
        response is not None and response.status < 500 for response in responses
    )
