"""The unit of work: one suite on the cloud of one release, with the client of one release.

A single command would be too small: a suite prepares resources for its commands, and later commands use the
results of earlier commands. A *round* is one pass through the suite, and is recorded again only as a whole.
Each unit has two rounds on the same cloud. Values that differ between them are volatile.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Literal

import msgspec

from tracer.cloud.release_data import release, select
from tracer.matrix.problems import Problem
from tracer.matrix.suites import Suite
from tracer.model import FORMAT
from tracer.recording import client_folder, second_path

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["AGAIN", "FIRST", "ROUNDS", "CommandResult", "Now", "Round", "Unit"]

Round = Literal[1, 2]
FIRST: Round = 1
AGAIN: Round = 2
ROUNDS: tuple[Round, ...] = (FIRST, AGAIN)


class Unit(msgspec.Struct, frozen=True, kw_only=True):
    """The ``rounds`` of ``suite`` on the cloud of ``release`` with the client of the release ``client``.

    Units travel to other machines, so they contain no paths.
    """

    release: str
    client: str
    suite: Suite
    rounds: tuple[Round, ...] = ROUNDS

    @property
    def key(self) -> str:
        """Return a name that is unique in a matrix, independent of the rounds, and valid for a file."""
        return f"{self.release}+{self.client}+{self.suite.name}"

    @property
    def title(self) -> str:
        """Return the release, the client if it is of another release, and the suite, for messages."""
        return f"{self.where} {self.suite.name}"

    @property
    def where(self) -> str:
        """Return the release, and the client if it is of another release, for messages."""
        return self.release if self.client == self.release else f"{self.release} (client {self.client})"

    def path(self, out: Path, name: str, number: Round) -> Path:
        """Return the path of the recording ``name`` of a round, below ``out``."""
        folder = out / self.release
        if self.client != self.release:
            folder /= client_folder(self.client)
        first = folder / f"{name}.yaml"
        return second_path(first) if number == AGAIN else first

    @property
    def fingerprint(self) -> str:
        """Return a hash of the suite, the versions of services and client, and the recording format.

        A suite counts without the keys that it does not use: a key of a later version changes nothing.
        """
        cloud = release(self.release)
        services = select(cloud, self.suite.services).packages
        counted = [FORMAT, self.suite, services, release(self.client).client.packages]
        return hashlib.sha256(msgspec.json.encode(counted, order="sorted")).hexdigest()[:16]


class Now(msgspec.Struct, frozen=True, tag="now"):
    """The current activity of a unit, in a few words."""

    text: str


class CommandResult(msgspec.Struct, frozen=True, kw_only=True, tag="made"):
    """The result of one entry as one role in one round: its recording as YAML text, and its problems.

    A problem of the suite itself has no ``name``. ``unavailable`` is the reason why the cloud does not have
    the role of the entry.
    """

    name: str
    number: Round
    recording: str = ""
    unavailable: str = ""
    problems: tuple[Problem, ...] = ()
