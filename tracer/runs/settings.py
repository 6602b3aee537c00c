"""Settings of recordings, from the options of the addon or of ``tracer record``.

The module is fast to import (no dataclass, as that would load ``inspect``): ``tracer record`` checks its
options before it starts the client, and loads all other modules while the client starts.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from tracer.errors import InputError
from tracer.filenames import safe_name
from tracer.releases import checked
from tracer.rulefolders import package_folders
from tracer.runs.participant_map import ParticipantMap
from tracer.writability import check_file, check_folder

if TYPE_CHECKING:
    from tracer.model import Recording
    from tracer.sequences import Catalogue

__all__ = ["DIAGRAMS", "JOURNALS", "LIMIT", "LINGER", "LONGEST_LINGER", "Draw", "Settings"]

JOURNALS = ".journal"
"""Name of the folder of journals, inside the folder of recordings."""

DIAGRAMS = ("mmd", "svg", "png")

LIMIT = 2**20
"""Default maximum size of a recorded body, in bytes."""

LINGER = 3.0
"""Default seconds without a request of a service after which the work for a run counts as done."""

LONGEST_LINGER = 60.0

Draw = Callable[["Recording"], Callable[[str], list[str | bytes]]]
"""A function of a recording that returns its drawer.

The drawer draws the recording as one of DIAGRAMS, in parts if it is long. Callers provide the function.
"""


class Settings:
    """The location and the content of recordings.

    With ``name``, each recording replaces the recording of that name. Without ``name``, a recording is
    named after its sequence or command, and never replaces another. ``policies`` are files that add rules
    to the redaction policy, and ``secrets`` are passwords that are known before the run. ``linger`` is the
    time for later work of services, in seconds. Raises InputError for an invalid value or a plug-in that
    cannot be used, and OutputError if no recording can be written.
    """

    def __init__(
        self,
        *,
        folder: Path = Path("recordings"),
        release: str | None = None,
        sequence: str | None = None,
        name: str | None = None,
        participants: ParticipantMap | None = None,
        diagrams: tuple[str, ...] = (),
        draw: Draw | None = None,
        limit: int = LIMIT,
        linger: float = LINGER,
        policies: tuple[Path, ...] = (),
        secrets: tuple[str, ...] = (),
    ) -> None:
        _check_diagrams(diagrams)
        if limit < 0:
            raise InputError("limit", f"expected a number of bytes, got {limit}")
        if not 0 <= linger <= LONGEST_LINGER:
            raise InputError("linger", f"expected 0 to {LONGEST_LINGER:g} seconds, got {linger:g}")
        package_folders()
        _check_files(sequence, policies)
        self.folder = folder
        self.release = checked(release) if release else None
        self.sequence = sequence
        self.name = name
        self.participants = participants or ParticipantMap()
        self.diagrams = diagrams
        self.draw = draw
        self.limit = limit
        self.linger = linger
        self.policies = policies
        self.secrets = secrets
        for written in (self.release_folder, self.folder / JOURNALS):
            check_folder(written)
        if name:
            check_file(self.release_folder / f"{safe_name(name)}.yaml")

    @property
    def release_folder(self) -> Path:
        """The folder of the release; without a release, the folder of all recordings."""
        return self.folder / safe_name(self.release) if self.release else self.folder

    def with_senders(self, senders: Mapping[int, str]) -> Settings:
        """Return a copy with additional senders, by their proxy port."""
        more = copy.copy(self)
        more.participants = self.participants.with_senders(senders)
        return more

    def with_auth_url(self, url: str) -> Settings:
        """Return a copy for a client with this ``OS_AUTH_URL``, which is empty if it is not known."""
        more = copy.copy(self)
        more.participants = self.participants.with_auth_url(url)
        return more

    def with_catalogue(self, catalogue: Catalogue) -> Settings:
        """Return a copy for a run whose login was in an earlier run, with the ``catalogue`` of that login."""
        more = copy.copy(self)
        more.participants = self.participants.with_catalogue(catalogue)
        return more

    def named(self, name: str | None) -> Settings:
        """Return a copy with another ``name`` of the recording."""
        more = copy.copy(self)
        more.name = name
        return more

    def of_no_command(self) -> Settings:
        """Return a copy without name and sequence, for exchanges that no command caused."""
        anonymous = copy.copy(self)
        anonymous.name = anonymous.sequence = None
        return anonymous


def _check_diagrams(diagrams: tuple[str, ...]) -> None:
    for diagram in diagrams:
        if diagram not in DIAGRAMS:
            raise InputError("diagram", f"unknown kind {diagram!r}; known: {', '.join(DIAGRAMS)}")


def _check_files(sequence: str | None, policies: tuple[Path, ...]) -> None:
    if sequence is not None:
        from tracer.sequences import find

        find(sequence)
    if policies:
        from tracer.redaction import load_policy

        load_policy(*policies)
