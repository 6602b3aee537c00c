"""Take recordings of a matrix among those that ship: ``python -m tests.ci.archives FOLDER RELEASE…``.

The recordings of a release become ``recordings/RELEASE.zip``. Of the oldest and the newest release, the first
recording of each command stays a readable file with its diagram. The same recordings give the same archive.
Recordings of an earlier archive stay in it, unless ``FOLDER/RELEASE`` has a newer one.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tracer import archives
from tracer.recording import below, load
from tracer.sequences import is_request_line
from tracer.storage import refuse_secrets, write

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_SIZE = 2_000_000  # bytes of one archive
READABLE = ("zed", "2026.2")


def take(source: Path, target: Path, *, readable: bool) -> Path:
    """Take the recordings in the folder ``source`` into the folder ``target`` or its archive.

    Return the archive. ``readable`` leaves the first recording of each command in the folder.
    """
    archive = target.with_name(f"{target.name}{archives.SUFFIX}")
    archived = dict(_contents(archive)) if archive.exists() else {}
    taken = dict(_contents(source))
    plain: list[Path] = []
    for name, content in taken.items():
        path = source / name
        refuse_secrets(content.decode(), str(path))
        if readable and "/" not in name and not is_request_line(load(path).command or ""):
            archived.pop(name, None)
            plain += _with_diagrams(path)
        else:
            archived[name] = content
    packed = archives.pack(archived)
    if len(packed) > MAX_SIZE:
        raise SystemExit(f"{archive}: {len(packed)} bytes, more than {MAX_SIZE}")
    for earlier in (file for name in taken for file in _with_diagrams(target / name)):
        earlier.unlink()
    for file in plain:
        write(target / file.name, file.read_bytes())
    write(archive, packed)
    return archive


def _with_diagrams(path: Path) -> list[Path]:
    """Return the files of a recording that exist: itself, and its diagram or the parts of it."""
    patterns = (path.name, f"{path.stem}.mmd", f"{path.stem}-part*.mmd")
    return [file for pattern in patterns for file in path.parent.glob(pattern)]


def _contents(folder: Path) -> Iterable[tuple[str, bytes]]:
    """Yield the name and the content of each recording in a folder or an archive."""
    for path in below([folder]):
        with archives.open_file(path) as file:
            yield path.relative_to(folder).as_posix(), file.read()


def main(folder: Path, releases: Iterable[str], recordings: Path = Path("recordings")) -> None:
    """Take the recordings of each release, and print the size of its archive."""
    for release in releases:
        archive = take(folder / release, recordings / release, readable=release in READABLE)
        print(f"{archive}: {archive.stat().st_size} bytes, {len(archives.files_in(archive))} recordings")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
