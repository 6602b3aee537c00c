"""The file names of recordings: the given name, else the sequence, the command, or the sending program."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tracer.errors import NameTakenError
from tracer.filenames import first_free, safe_name
from tracer.recording import JournalHead, save
from tracer.runs.participants import CLIENT
from tracer.sequences import known_words, participant_label, program_name, subcommand_words

if TYPE_CHECKING:
    from pathlib import Path

    from tracer.model import Recording
    from tracer.redaction import KnownSecrets

__all__ = ["recording_path", "save_new"]


def recording_path(folder: Path, head: JournalHead, recording: Recording) -> Path:
    """Return the path of a recording below ``folder``, even if that file exists."""
    folder = folder / safe_name(head.release) if head.release else folder
    own = _command_name(recording.command) if recording.command else _sender_name(recording)
    name = head.name or recording.sequence or own
    return folder / f"{safe_name(name or 'run')}.yaml"


def save_new(
    folder: Path, head: JournalHead, recording: Recording, known_secrets: KnownSecrets | None
) -> Path:
    """Save a recording under the first free name, and return its path. Raises LeakError, OutputError."""
    first = recording_path(folder, head, recording)

    def numbered(number: int) -> Path:
        return first if number == 1 else first.with_name(f"{first.stem}-{number}{first.suffix}")

    while True:
        path = first_free(numbered, os.path.lexists)
        try:
            save(recording, path, known_secrets=known_secrets, new=True)
        except NameTakenError:  # just now, by another proxy
            continue
        return path


def _command_name(command: str) -> str:
    """Return a name from the known words of ``command``, for another program than ``openstack`` its name.

    Arguments are left out, as they may be secrets.
    """
    words = subcommand_words(command)
    return "-".join(known_words(words)) if words else program_name(command)


def _sender_name(recording: Recording) -> str:
    """Return the name of the client's program, else the service that sent the first request.

    Return an empty string for a client without a name of its own.
    """
    if not any(exchange.sender == CLIENT for exchange in recording.exchanges):
        return recording.exchanges[0].sender if recording.exchanges else ""
    if recording.client_versions:
        return "openstack"  # its interactive shell
    label = recording.participants.get(CLIENT, "")
    return "" if label in (CLIENT, participant_label(CLIENT)) else label
