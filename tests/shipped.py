"""The recordings that ship with the project, in folders and archives."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from tests.ci.archives import READABLE
from tracer import archives
from tracer.matrix import suites
from tracer.recording import below, second

__all__ = [
    "RECORDINGS",
    "Selection",
    "again_of",
    "all_recordings",
    "each_selection",
    "of_suites",
    "recording_path",
    "release_of",
    "sample_recordings",
    "unpack",
]

RECORDINGS = Path(__file__).parents[1] / "recordings"


Selection: TypeAlias = Callable[[], list[Path]]
"""A choice of recordings: all of them, or a sample."""


def all_recordings() -> list[Path]:
    """Return the paths of all recordings, without second recordings."""
    return below([RECORDINGS], again=False)


def sample_recordings() -> list[Path]:
    """Return the paths of the recordings that a landing reads one by one, without second recordings.

    These are the commands of the readable releases, and those of the suite ``image`` of all releases.
    """
    return [
        path
        for path in all_recordings()
        if path.stem in (_COMMANDS if release_of(path) in READABLE else _IMAGE)
    ]


def of_suites(*names: str) -> list[Path]:
    """Return the paths of the recordings of the sample that are of suites."""
    commands = _commands(*names)
    return [path for path in sample_recordings() if path.stem in commands]


def recording_path(release: str, name: str) -> Path:
    """Return the path of a recording, in the folder or the archive of its release."""
    return archives.located(RECORDINGS / release / f"{name}.yaml")


def again_of(path: Path) -> Path:
    """Return the path of the second recording of the same command."""
    found = second(path)
    assert found is not None, path
    return found


def release_of(path: Path) -> str:
    """Return the release of a recording, the name of its folder."""
    return archives.folder_name(path.parent)


def unpack(folder: Path, *names: str) -> Path:
    """Write the sample, or its recordings of suites, to ``folder`` as plain files. Return ``folder``.

    Second recordings are among the files.
    """
    first = of_suites(*names) if names else sample_recordings()
    for path in [*first, *map(again_of, first)]:
        archive = archives.on_disk(path)
        plain = path if archive == path else archive.with_suffix("") / path.relative_to(archive)
        target = folder / plain.relative_to(RECORDINGS)
        target.parent.mkdir(parents=True, exist_ok=True)
        with archives.open_file(path) as file:
            target.write_bytes(file.read())
    return folder


def _commands(*names: str) -> set[str]:
    return {entry.name for name in names for entry in suites()[name].entries if entry.command.run}


_IMAGE = _commands("image")
_COMMANDS = _commands(*suites())

each_selection = pytest.mark.parametrize(
    "selection",
    [sample_recordings, pytest.param(all_recordings, marks=pytest.mark.all_recordings)],
    ids=["sample", "all"],
)
"""Run a test with the sample, and with ``-m all_recordings`` with all recordings."""
