"""The baseline: a file of accepted differences by recording, location, and kind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

import msgspec

from tracer.comparison.differences import Kind
from tracer.errors import InputError
from tracer.formats import yaml_text
from tracer.formats.data_files import read, typed
from tracer.formats.yaml_text import Flow
from tracer.storage import write

__all__ = ["WHOLE", "Baseline", "Known", "load_baseline", "save_baseline"]

WHOLE = "recording"
"""The ``place`` of the difference if only one side has the recording."""

_HEAD = (
    "# Differences that tracer diff accepts, by name. A note says why, and stays when this is made anew.\n"
)


class Known(NamedTuple):
    """The name of a difference.

    ``before`` and ``after`` are the user's names of the two sides, both empty for any two sides.
    """

    recording: str
    place: str
    kind: Kind
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.recording}: {self.place} ({self.kind})"


class _Entry(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    forbid_unknown_fields=True,
    rename={"before": "from", "after": "to"},
):
    """One difference in all of ``recordings``, with ``from`` and ``to`` only between these two sides."""

    place: str
    kind: Kind
    recordings: Annotated[list[str], msgspec.Meta(min_length=1)]
    before: str = ""
    after: str = ""
    note: str = ""


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    format: Literal[1]
    accepted: list[_Entry]


class Baseline:
    """The accepted differences, with a mark on each that has occurred."""

    def __init__(self, entries: Iterable[_Entry] = ()) -> None:
        self._known = {
            Known(recording, entry.place, entry.kind, entry.before, entry.after): False
            for entry in entries
            for recording in entry.recordings
        }

    def accepts(self, difference: Known) -> bool:
        """Return whether ``difference`` is accepted between its two sides or any two. Mark it as occurred."""
        met = [one for one in (difference, difference._replace(before="", after="")) if one in self._known]
        self._known |= dict.fromkeys(met, True)
        return bool(met)

    def stale(self) -> list[Known]:
        """Return the accepted differences that have not occurred."""
        return [known for known, met in self._known.items() if not met]


def load_baseline(path: Path) -> Baseline:
    """Load the baseline file ``path``. Raise InputError with the location of the fault."""
    return Baseline(_load(path).accepted)


def save_baseline(path: Path, known: Iterable[Known]) -> int:
    """Write the differences ``known`` to the baseline file ``path``. Return the number of entries.

    Preserve the notes of an existing baseline. Raise InputError if the existing file is not a baseline, and
    the errors of ``tracer.storage.write``.
    """
    notes = dict(_notes(_load(path).accepted)) if path.exists() else {}
    grouped: dict[Known, list[str]] = {}
    for one in known:
        grouped.setdefault(one._replace(recording=""), []).append(one.recording)
    entries = [
        _Entry(
            place=one.place,
            kind=one.kind,
            recordings=list(dict.fromkeys(recordings)),
            before=one.before,
            after=one.after,
            note=notes.get(one, ""),
        )
        for one, recordings in grouped.items()
    ]
    write(path, _HEAD + yaml_text.dump({"format": 1, "accepted": [_plain(entry) for entry in entries]}))
    return len(entries)


def _load(path: Path) -> _File:
    tree = yaml_text.load(read(path), str(path))
    if not isinstance(tree, dict) or "accepted" not in tree:
        raise InputError(str(path), "not a baseline: it has no 'accepted' key")
    return typed(tree, _File, str(path))


def _notes(entries: Iterable[_Entry]) -> Iterator[tuple[Known, str]]:
    for entry in entries:
        yield Known("", entry.place, entry.kind, entry.before, entry.after), entry.note


def _plain(entry: _Entry) -> Mapping[str, Any]:
    tree: dict[str, Any] = msgspec.to_builtins(entry)
    return tree | {"recordings": Flow(tree["recordings"])}
