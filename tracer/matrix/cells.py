"""What became of one command on one release."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from tracer.model import Recording

__all__ = ["Cell"]


class Cell(NamedTuple):
    """One command on one release: its recording and where that is, or the ``problem`` that there was."""

    release: str
    name: str
    recording: Recording | None = None
    path: Path | None = None
    problem: str = ""

    @property
    def messages(self) -> int:
        """How many requests and responses were recorded."""
        exchanges = self.recording.exchanges if self.recording else []
        return len(exchanges) + sum(1 for exchange in exchanges if exchange.response is not None)

    @property
    def verdict(self) -> str:
        """What to call the cell in one word."""
        if self.problem or self.recording is None:
            return "failed"
        return self.recording.verdict or "recorded"

    @property
    def good(self) -> bool:
        """Whether the command was recorded, and does not deviate from what is documented."""
        return self.verdict in ("conforms", "recorded")
