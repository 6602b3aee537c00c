"""The baseline: a file of accepted differences by recording, location, and kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

import msgspec

from tracer.comparison.differences import Kind
from tracer.errors import InputError
from tracer.formats import yaml_text
from tracer.formats.data_files import read, typed
from tracer.formats.file_kinds import expecting
from tracer.formats.yaml_text import Flow
from tracer.storage import write

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

__all__ = [
    "WHOLE",
    "Baseline",
    "BaselineEntry",
    "BaselineFile",
    "DifferenceKey",
    "load_baseline",
    "save_baseline",
]

WHOLE = "recording"
"""The ``location`` of the difference if only one side has the recording."""

_HEAD = (
    "# Differences that tracer diff accepts, by name. A note says why, and stays when this is made anew.\n"
)


class DifferenceKey(NamedTuple):
    """The key of a difference in a baseline.

    ``before`` and ``after`` are the user's names of the two sides, both empty for any two sides.
    """

    recording: str
    location: str
    kind: Kind
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.recording}: {self.location} ({self.kind})"


class BaselineEntry(
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


class BaselineFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The content of a baseline."""

    format: Literal[1]
    accepted: list[BaselineEntry]


class Baseline:
    """The accepted differences, with a mark on each that has occurred."""

    def __init__(self, entries: Iterable[BaselineEntry] = ()) -> None:
        self._occurred = {
            DifferenceKey(recording, entry.place, entry.kind, entry.before, entry.after): False
            for entry in entries
            for recording in entry.recordings
        }

    def accepts(self, difference: DifferenceKey) -> bool:
        """Return whether ``difference`` is accepted between its two sides or any two. Mark it as occurred."""
        met = [key for key in (difference, difference._replace(before="", after="")) if key in self._occurred]
        self._occurred |= dict.fromkeys(met, True)
        return bool(met)

    def stale(self) -> list[DifferenceKey]:
        """Return the accepted differences that have not occurred."""
        return [key for key, occurred in self._occurred.items() if not occurred]


def load_baseline(path: Path) -> Baseline:
    """Load the baseline file ``path``. Raise InputError with the location of the fault."""
    return Baseline(_load(path).accepted)


def save_baseline(path: Path, differences: Iterable[DifferenceKey]) -> int:
    """Write ``differences`` to the baseline file ``path``. Return the number of entries.

    Preserve the notes of an existing baseline. Raise InputError if the existing file is not a baseline, and
    the errors of ``tracer.storage.write``.
    """
    notes = dict(_notes(_load(path).accepted)) if path.exists() else {}
    grouped: dict[DifferenceKey, list[str]] = {}
    for difference in differences:
        grouped.setdefault(difference._replace(recording=""), []).append(difference.recording)
    entries = [
        BaselineEntry(
            place=key.location,
            kind=key.kind,
            recordings=list(dict.fromkeys(recordings)),
            before=key.before,
            after=key.after,
            note=notes.get(key, ""),
        )
        for key, recordings in grouped.items()
    ]
    write(path, _HEAD + yaml_text.dump({"format": 1, "accepted": [_plain(entry) for entry in entries]}))
    return len(entries)


def _load(path: Path) -> BaselineFile:
    with expecting("baseline", path):
        tree = yaml_text.load(read(path), str(path))
        if not isinstance(tree, dict) or "accepted" not in tree:
            raise InputError(str(path), "not a baseline: it has no 'accepted' key")
        return typed(tree, BaselineFile, str(path))


def _notes(entries: Iterable[BaselineEntry]) -> Iterator[tuple[DifferenceKey, str]]:
    for entry in entries:
        yield DifferenceKey("", entry.place, entry.kind, entry.before, entry.after), entry.note


def _plain(entry: BaselineEntry) -> Mapping[str, Any]:
    tree: dict[str, Any] = msgspec.to_builtins(entry)
    return tree | {"recordings": Flow(tree["recordings"])}
