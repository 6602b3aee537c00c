"""What an earlier run of the same matrix has done: a small file a round, in ``.matrix`` below its folder.

A round is done when all of its commands were recorded without a problem. It counts if it was made with the
same content of the suite and the same versions of services and client, and all its recordings
are there and can be read; otherwise the whole round is made again, as its recordings show one cloud at
successive times, with the same ids in them.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import msgspec

from tracer import output
from tracer.errors import InputError
from tracer.matrix.units import Round, Unit
from tracer.model import Recording
from tracer.recording import load

__all__ = ["forget", "note", "recordings"]

_FOLDER = ".matrix"


class _Note(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``made`` is a time as in RFC 3339 (UTC); the versions are for people to read."""

    fingerprint: str
    made: str
    services: dict[str, str]
    client: dict[str, str]


def note(out: Path, unit: Unit, number: Round) -> None:
    """Write down that a round of ``unit`` is done. Raises OutputError."""
    from tracer.cloud.releases import release

    done = _Note(
        fingerprint=unit.fingerprint,
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        services=release(unit.release).services,
        client=release(unit.client).client.packages,
    )
    text = msgspec.json.format(msgspec.json.encode(done), indent=1).decode()
    output.write(_path(out, unit, number), f"{text}\n")


def forget(out: Path, unit: Unit, number: Round) -> None:
    """A round is about to be made anew: until that is through, it is not done."""
    _path(out, unit, number).unlink(missing_ok=True)


def recordings(out: Path, unit: Unit, number: Round) -> dict[str, Recording] | None:
    """The recordings of a round by name, if it is done; None if it is to be made."""
    try:
        done = msgspec.json.decode(_path(out, unit, number).read_bytes(), type=_Note)
    except (OSError, UnicodeDecodeError, RecursionError, msgspec.DecodeError):
        return None
    if done.fingerprint != unit.fingerprint:
        return None
    try:
        found = {one.name: load(unit.path(out, one.name, number)) for one in unit.suite.commands}
    except InputError:
        return None
    return None if any(one.interrupted for one in found.values()) else found


def _path(out: Path, unit: Unit, number: Round) -> Path:
    return out / _FOLDER / f"{unit.key}+{number}.json"
