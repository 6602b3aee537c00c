"""Move the shipped recordings of a release into its archive: ``python -m tests.ci.archives RELEASE…``.

``recordings/2025.1`` becomes ``recordings/2025.1.zip``, without its diagrams, which tracer draws again. The
same recordings give the same archive. Recordings of an earlier archive stay in it, unless the folder has a
newer one.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tracer import archives
from tracer.recording import below, folders_of
from tracer.storage import refuse_secrets, write

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_SIZE = 2_000_000  # bytes of one archive


def archive(folder: Path) -> Path:
    """Move the recordings in ``folder`` into the archive beside it, and remove the folder."""
    sources = folders_of(folder)
    files: dict[str, bytes] = {}
    for path in below(sources):
        source = next(source for source in sources if path.is_relative_to(source))
        with archives.open_file(path) as file:
            content = file.read()
        refuse_secrets(content.decode(), str(path))
        files[path.relative_to(source).as_posix()] = content
    target = folder.with_name(f"{folder.name}{archives.SUFFIX}")
    content = archives.pack(files)
    if len(content) > MAX_SIZE:
        raise SystemExit(f"{target}: {len(content)} bytes, more than {MAX_SIZE}")
    write(target, content)
    shutil.rmtree(folder)
    return target


def main(releases: Iterable[str], recordings: Path = Path("recordings")) -> None:
    """Archive each release, and print the size of its archive."""
    for release in releases:
        target = archive(recordings / release)
        print(f"{target}: {target.stat().st_size} bytes, {len(archives.files_in(target))} recordings")


if __name__ == "__main__":
    main(sys.argv[1:])
