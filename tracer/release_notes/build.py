"""Read the release notes of the services again: ``python -m tracer.release_notes.build``.

A new release needs a block in ``tracer/api_reference/build/sources.yaml``.
"""

from __future__ import annotations

import argparse
import re
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from tracer.api_reference.build.source_distributions import download
from tracer.api_reference.build.sources import sources
from tracer.errors import InputError
from tracer.release_notes.note_words import read_words
from tracer.release_notes.stored_notes import DATA, NotesOfService, StoredNote
from tracer.releases import order

if TYPE_CHECKING:
    from collections.abc import Mapping

_NOTE = re.compile(r"/releasenotes/notes/(?:.*/)?([^/]+)\.ya?ml")


def main() -> None:
    """Write the file of each service."""
    parser = argparse.ArgumentParser(prog="python -m tracer.release_notes.build", description=__doc__)
    parser.add_argument(
        "--archives", type=Path, default=Path("release-note-sources"), help="Folder for the downloads."
    )
    options = parser.parse_args()
    listed = sources()
    try:
        for service, source in listed.services.items():
            if source.notes:
                versions = {release: packages[source.notes] for release, packages in listed.releases.items()}
                write(service, source.notes, versions, options.archives)
    except InputError as error:
        parser.exit(2, f"{error}\n")


def write(service: str, package: str, versions: Mapping[str, str], archives: Path) -> None:
    """Write the notes of a service: of each release those that the release before lacks."""
    notes: NotesOfService = {}
    earlier: dict[str, str] | None = None
    for release in sorted(versions, key=order):
        texts = read_notes(download(f"{package}=={versions[release]}", archives))
        if earlier is not None:
            notes[release] = {name: _stored(texts[name]) for name in sorted(texts.keys() - earlier.keys())}
        earlier = texts
    text = msgspec.json.format(msgspec.json.encode(notes), indent=1).decode()
    (DATA / f"{service}.json").write_text(f"{text}\n", encoding="utf-8")


def read_notes(archive: Path) -> dict[str, str]:
    """Return the text of each release note in a source distribution, by the name of its file."""
    with tarfile.open(archive) as members:
        return {
            match[1]: content.read().decode("utf-8")
            for member in members
            if (match := _NOTE.search(member.name)) and (content := members.extractfile(member)) is not None
        }


def _stored(text: str) -> StoredNote:
    words = read_words(text)
    return StoredNote(names=" ".join(sorted(words.names)), words=" ".join(sorted(words.words)))


if __name__ == "__main__":
    main()
