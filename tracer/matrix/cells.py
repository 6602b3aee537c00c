"""What became of one command on one release with one client."""

from __future__ import annotations

from typing import Literal, NamedTuple

from tracer.model import Recording

__all__ = ["Cell", "CellVerdict"]

CellVerdict = Literal[
    "conforms", "deviates", "undetermined", "recorded", "refused", "accepted", "failed", "missing"
]
"""``conforms``, ``deviates`` and ``undetermined`` are the run's; ``recorded`` is one without a sequence.

A command that was meant to fail was ``refused`` by the cloud, or ``accepted`` against what the suite
says. ``failed`` says that something went wrong, ``missing`` that the matrix did not come so far.
"""

_GOOD = frozenset({"conforms", "recorded", "refused"})
_WORSE: tuple[CellVerdict, ...] = ("conforms", "recorded", "undetermined", "deviates")


class Cell(NamedTuple):
    """One command of a suite: its two recordings, or the ``problem`` that there was.

    ``fails`` is what the suite expects. A ``name`` in brackets is that of a suite's preparation or clean-up.
    """

    release: str
    client: str
    name: str
    recording: Recording | None = None
    again: Recording | None = None
    problem: str = ""
    fails: bool | Literal["maybe"] = False

    @property
    def messages(self) -> int:
        """How many requests and responses were recorded."""
        exchanges = self.recording.exchanges if self.recording else []
        return len(exchanges) + sum(1 for exchange in exchanges if exchange.response is not None)

    @property
    def verdict(self) -> CellVerdict:
        """What to call the cell in one word."""
        if self.problem:
            return "failed"
        if self.recording is None or self.again is None:
            return "missing"
        ended = {_ended(one) for one in (self.recording, self.again)}
        if len(ended) > 1:
            return "failed"
        if not self.fails or (self.fails == "maybe" and ended == {True}):
            # One of the two that deviates is enough.
            return max(
                self.recording.verdict or "recorded", self.again.verdict or "recorded", key=_WORSE.index
            )
        if ended == {True}:
            return "accepted"
        return "refused" if all(map(_answered, (self.recording, self.again))) else "failed"

    @property
    def good(self) -> bool:
        """Whether the command was recorded, and did what the suite and the documentation say.

        What is documented for a release holds for the client of that release: another one may deviate.
        """
        return self.verdict in _GOOD or (self.verdict == "deviates" and self.client != self.release)

    @property
    def complaint(self) -> str:
        """What is not as it should be, in one line; for ``deviates``, the recording itself says it."""
        if self.problem:
            return self.problem
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
    """Whether the command succeeded."""
    return recording.output is not None and recording.output.exit == 0


def _answered(recording: Recording) -> bool:
    """Whether each request got an answer that isn't a server's error: a crash is no refusal."""
    answers = [exchange.response for exchange in recording.exchanges]
    return not recording.interrupted and all(one is not None and one.status < 500 for one in answers)
