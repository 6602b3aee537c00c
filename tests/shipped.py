"""The recordings that ship with the project, in folders and archives."""

from __future__ import annotations

from pathlib import Path

from tracer import archives
from tracer.matrix import suites
from tracer.recording import below, second

__all__ = [
    "RECORDINGS",
    "again_of",
    "first_recordings",
    "of_suites",
    "recording_path",
    "release_of",
    "unpack",
]

RECORDINGS = Path(__file__).parents[1] / "recordings"


def first_recordings() -> list[Path]:
    """Return the paths of all recordings, without second recordings."""
    return below([RECORDINGS], again=False)


def of_suites(*names: str, again: bool = False) -> list[Path]:
    """Return the paths of all recordings of suites, with ``again`` also the second recordings."""
    commands = {command.name for name in names for command in suites()[name].commands}
    return [path for path in below([RECORDINGS], again=again) if path.stem in commands]


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
    """Write all recordings, or those of the suites ``names``, to ``folder`` as plain files. Return it."""
    for path in of_suites(*names, again=True) if names else below([RECORDINGS]):
        archive = archives.on_disk(path)
        plain = path if archive == path else archive.with_suffix("") / path.relative_to(archive)
        target = folder / plain.relative_to(RECORDINGS)
        target.parent.mkdir(parents=True, exist_ok=True)
        with archives.open_file(path) as file:
            target.write_bytes(file.read())
    return folder
