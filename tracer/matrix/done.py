"""Finished rounds of a matrix: a small file for each round, in ``.matrix`` below the output folder.

A round is finished when all of its entries were recorded without a problem, or are not available. It counts
in a later matrix if the suite and the versions of services and client are the same, and all its recordings
can be read.
Otherwise the whole round is recorded again, as its recordings share one cloud and the IDs in it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from tracer import archives, storage
from tracer.errors import InputError
from tracer.recording import load

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tracer.matrix.units import Round, Unit
    from tracer.model import Recording

__all__ = ["FinishedRound", "finished", "forget", "note"]

_FOLDER = ".matrix"


class _Note(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The content of a file. ``made`` is a time (RFC 3339, UTC). Only people read the versions.

    ``unavailable`` has the reasons for entries with a role that the cloud does not have, by name.
    """

    fingerprint: str
    made: str
    services: dict[str, str]
    client: dict[str, str]
    unavailable: dict[str, str] = {}


class FinishedRound(NamedTuple):
    """The recordings of a finished round, and the reasons for unavailable entries, by name."""

    recordings: dict[str, Recording]
    unavailable: dict[str, str]


def note(out: Path, unit: Unit, number: Round, unavailable: Mapping[str, str]) -> None:
    """Write the file of a finished round of ``unit``. Raise OutputError if that fails."""
    from tracer.cloud.release_data import release

    done = _Note(
        fingerprint=unit.fingerprint,
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        services=release(unit.release).services,
        client=release(unit.client).client.packages,
        unavailable=dict(unavailable),
    )
    text = msgspec.json.format(msgspec.json.encode(done), indent=1).decode()
    storage.write(_path(out, unit, number), f"{text}\n")


def forget(out: Path, unit: Unit, number: Round) -> None:
    """Delete the file of a round, as the round is not finished while it is recorded again."""
    _path(out, unit, number).unlink(missing_ok=True)


def finished(out: Path, unit: Unit, number: Round) -> FinishedRound | None:
    """Return a finished round, or None if the round must be recorded."""
    try:
        done = msgspec.json.decode(_path(out, unit, number).read_bytes(), type=_Note)
    except (OSError, UnicodeDecodeError, RecursionError, msgspec.DecodeError):
        return None
    if done.fingerprint != unit.fingerprint:
        return None
    try:
        names = [entry.name for entry in unit.suite.entries if entry.name not in done.unavailable]
        loaded = {name: load(archives.located(unit.path(out, name, number))) for name in names}
    except InputError:
        return None
    if any(recording.interrupted for recording in loaded.values()):
        return None
    return FinishedRound(loaded, done.unavailable)


def _path(out: Path, unit: Unit, number: Round) -> Path:
    return out / _FOLDER / f"{unit.key}+{number}.json"
