"""The unit of work: one suite on the cloud of one release, with the client of one release.

A single command would be too small: a suite prepares what its commands need, and later commands work
on what earlier ones made. What is repeated or redone as a whole is a *round*, one pass through the suite:
two rounds are recorded of each unit, on the same cloud, so that they differ as two users' runs do.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Literal

import msgspec

from tracer.cloud.releases import release
from tracer.matrix.suites import Suite
from tracer.model import FORMAT
from tracer.recording import second_path

__all__ = ["AGAIN", "FIRST", "ROUNDS", "Made", "Now", "Round", "Unit"]

Round = Literal[1, 2]
FIRST: Round = 1
AGAIN: Round = 2
ROUNDS: tuple[Round, ...] = (FIRST, AGAIN)


class Unit(msgspec.Struct, frozen=True, kw_only=True):
    """What is recorded in one go: these ``rounds`` of ``suite`` on ``release`` with the client of ``client``.

    A value that travels to other machines: it holds no paths.
    """

    release: str
    client: str
    suite: Suite
    rounds: tuple[Round, ...] = ROUNDS

    @property
    def key(self) -> str:
        """What tells it from all other units of a matrix, whatever its rounds; fit for a file's name."""
        return f"{self.release}+{self.client}+{self.suite.name}"

    @property
    def title(self) -> str:
        """The unit in a few words."""
        return f"{self.where} {self.suite.name}"

    @property
    def where(self) -> str:
        """The release, and the client if it is another one's."""
        return self.release if self.client == self.release else f"{self.release} (client {self.client})"

    def path(self, out: Path, name: str, number: Round) -> Path:
        """Where the recording ``name`` of a round goes, below ``out``."""
        folder = out / self.release
        if self.client != self.release:
            folder /= f"client-{self.client}"
        first = folder / f"{name}.yaml"
        return second_path(first) if number == AGAIN else first

    @property
    def fingerprint(self) -> str:
        """What a recording of this unit depends on, as a short text that changes with it."""
        counted = [FORMAT, self.suite, release(self.release).services, release(self.client).client.packages]
        return hashlib.sha256(msgspec.json.encode(counted, order="sorted")).hexdigest()[:16]


class Now(msgspec.Struct, frozen=True, tag="now"):
    """What a unit is doing, in a few words."""

    text: str


class Made(msgspec.Struct, frozen=True, kw_only=True, tag="made"):
    """What became of one command in one round: its recording as YAML text, or the problem that there was."""

    name: str
    number: Round
    recording: str = ""
    problem: str = ""
