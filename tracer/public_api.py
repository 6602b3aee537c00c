"""The public functions of ``tracer``, for Python programs. Import them from ``tracer`` itself."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from tracer.errors import NothingRecordedError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tracer.comparison import Comparison
    from tracer.conformance import Check
    from tracer.model import Recording
    from tracer.sequences import Match

__all__ = ["check", "compare", "dump", "load", "match", "record", "redact", "to_mermaid"]

_FilePath = str | os.PathLike[str]


def load(path: _FilePath) -> Recording:
    """Read a recording from a YAML file.

    Raises TracerError if the file cannot be read or is not a recording; its text names file and location.
    """
    from tracer.recording import load as load_file

    return load_file(Path(path))


def dump(recording: Recording, path: _FilePath) -> None:
    """Write a recording to a YAML file. Replace an earlier file of that name.

    Raises TracerError if the recording seems to hold a secret, or if the file cannot be written.
    """
    from tracer.recording import save

    save(recording, Path(path))


def record(
    command: Sequence[str],
    folder: _FilePath = "recordings",
    *,
    release: str | None = None,
    name: str | None = None,
    sequence: str | None = None,
    environment: Mapping[str, str] | None = None,
    policies: Sequence[_FilePath] = (),
) -> Recording:
    """Run a client command through a new proxy. Write the recording to disk and return it.

    If the command starts several clients, each has a recording on disk; return that of the first.

    ``command`` is the program with its arguments. ``environment`` names the cloud, as ``OS_AUTH_URL`` or
    ``OS_CLOUD`` do; by default, it is the environment of this process. ``folder``, ``release``, ``name``,
    ``sequence``, and ``policies`` are as in ``tracer record``. The command's output and exit code are in the
    recording.

    Raises TracerError if the command cannot be started, sends no request, or if nothing can be written.
    """
    from tracer.capture.recorded_command import record as run_command
    from tracer.cloud.cache import folder as cache_folder
    from tracer.runs.settings import Settings

    settings = Settings(
        folder=Path(folder),
        release=release,
        name=name,
        sequence=sequence,
        policies=tuple(map(Path, policies)),
    )
    result = run_command(
        command, os.environ if environment is None else environment, settings, cache_folder() / "ca"
    )
    if result.saved is None:
        failure = [f"the command failed (exit code {result.exit_code})"] if result.exit_code else []
        raise NothingRecordedError(f"nothing was recorded: {'; '.join([*failure, *result.problems])}")
    return result.saved.recording


def match(recording: Recording, sequence: str | None = None) -> Match | None:
    """Match the exchanges of a recording with the steps of a documented sequence.

    ``sequence`` is the name of a sequence or the path of its file. Without it, the sequence is the one
    that the recording names, or that fits the command. Return None if there is no such sequence.
    Raises TracerError if ``sequence`` is unknown or cannot be read.
    """
    from tracer.sequences import client_of, find, invocation_of, own_sequence
    from tracer.sequences import match as match_exchanges

    chosen = own_sequence(recording).sequence if sequence is None else find(sequence)
    if chosen is None:
        return None
    invocation = invocation_of(recording, chosen)
    return match_exchanges(recording.exchanges, chosen, client_of(recording), invocation)


def check(recording: Recording, sequence: str | None = None) -> Check:
    """Return the verdict on a recording, and its deviations from the documented sequence.

    ``sequence`` is as in ``match``.
    """
    from tracer.conformance import check as check_recording
    from tracer.sequences import find

    name = recording.sequence or recording.command or ""
    return check_recording(recording, name, None if sequence is None else find(sequence))


def compare(before: Recording, after: Recording, *, strict: bool = False) -> Comparison:
    """Return the differences between two recordings of one command, each with its severity.

    Volatile values, such as IDs, times, and hosts, are left out and counted; with ``strict``, they are
    differences like all others.
    """
    from tracer.comparison import compare as compare_recordings

    return compare_recordings(before, after, strict=strict)


def redact(recording: Recording, policies: Sequence[_FilePath] = ()) -> Recording:
    """Return the recording without the secrets that the current redaction policy finds in it.

    ``policies`` are files that add rules to the policy. Raises TracerError if a file cannot be used.
    """
    from tracer.recording import redact as redact_recording
    from tracer.redaction import load_policy

    return redact_recording(recording, load_policy(*map(Path, policies)))[0]


def to_mermaid(recording: Recording) -> str:
    """Return the sequence diagram of a recording as text for Mermaid."""
    from tracer.rendering.mermaid import mermaid

    return mermaid(recording)
