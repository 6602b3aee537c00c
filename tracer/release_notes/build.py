"""Read the release notes of the services again: ``python -m tracer.release_notes.build``.

A new release needs a line in ``sources.yaml``.
"""

from __future__ import annotations

import argparse
import re
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from tracer.api_reference.build.source_distributions import download
from tracer.errors import InputError
from tracer.formats import yaml_text
from tracer.formats.data_files import typed
from tracer.release_notes.note_words import read_words
from tracer.release_notes.stored_notes import DATA, NotesOfService, StoredNote
from tracer.releases import order

if TYPE_CHECKING:
    from collections.abc import Mapping

_FILE = Path(__file__).with_name("sources.yaml")
_NOTE = re.compile(r"/releasenotes/notes/(?:.*/)?([^/]+)\.ya?ml")


class NoteSource(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The package with the notes of a service."""

    package: str


class NoteSources(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The content of sources.yaml: the versions of the packages by release."""

    services: dict[str, NoteSource]
    releases: dict[str, dict[str, str]]


def main() -> None:
    """Write the file of each service."""
    parser = argparse.ArgumentParser(prog="python -m tracer.release_notes.build", description=__doc__)
    parser.add_argument(
        "--archives", type=Path, default=Path("release-note-sources"), help="Folder for the downloads."
    )
    options = parser.parse_args()
    sources = typed(yaml_text.load(_FILE.read_text("utf-8"), _FILE.name), NoteSources, _FILE.name)
    try:
        for service, source in sources.services.items():
            versions = {release: packages[source.package] for release, packages in sources.releases.items()}
            write(service, source.package, versions, options.archives)
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
