"""The site's files on the disk: made where something has changed, and nobody else's touched."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

from tracer.errors import InputError
from tracer.output import write
from tracer.rendering.pages.summary import Summary

__all__ = [
    "Manifest",
    "Press",
    "Published",
    "digest",
    "digest_of",
    "digest_of_file",
    "load_manifest",
    "save_manifest",
]

_MANIFEST = ".tracer-docs.json"


class Published(NamedTuple):
    """What became of the files of the site, by their paths below its folder.

    ``kept`` were changed, or made, by somebody else: they are as they were.
    """

    written: list[str]
    unchanged: list[str]
    kept: list[str]
    removed: list[str]


class MadeFile(msgspec.Struct, frozen=True):
    """A file that we made: the digests of what it was made from, and of what was written."""

    made_from: str
    written: str


class Manifest(msgspec.Struct):
    """What is known of a site from the last time: its recordings by their paths, and the files made for it.

    ``maker`` is the digest of the program that summed up the recordings.
    """

    format: Literal[1] = 1
    maker: str = ""
    recordings: dict[str, Summary] = {}
    files: dict[str, MadeFile] = {}


def load_manifest(folder: Path) -> Manifest:
    """The manifest of the site in ``folder``, an empty one if there is none. Raises InputError."""
    path = folder / _MANIFEST
    try:
        manifest = msgspec.json.decode(path.read_bytes(), type=Manifest)
        if any(Path(made).is_absolute() or ".." in Path(made).parts for made in manifest.files):
            raise msgspec.ValidationError
    except FileNotFoundError:
        return Manifest()
    except OSError as error:
        raise InputError(str(path), error.strerror or str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise InputError(str(path), "not what tracer docs wrote: delete it") from None
    else:
        return manifest


def save_manifest(manifest: Manifest, folder: Path) -> None:
    """Write the manifest of the site in ``folder``."""
    text = msgspec.json.format(msgspec.json.encode(manifest), indent=1).decode() + "\n"
    path = folder / _MANIFEST
    if digest_of_file(path) != digest_of(text.encode()):
        write(path, text)


class Press:
    """Writes what is not there yet as it should be, and keeps the book of it."""

    def __init__(self, folder: Path, files: dict[str, MadeFile]) -> None:
        self.published = Published([], [], [], [])
        self._folder = folder
        self._files = files
        self._seen: set[str] = set()

    def make(self, path: str, made_from: str, content: Callable[[], str | bytes]) -> None:
        """Make the file ``path`` of what ``content`` gives, unless it is there and was made from the same.

        ``made_from`` is the digest of all that decides what ``content`` gives.
        """
        self._seen.add(path)
        there = digest_of_file(self._folder / path)
        ours = self._files.get(path)
        if there and ours is not None and ours == MadeFile(made_from, there):
            self.published.unchanged.append(path)
            return
        made = content()
        wanted = digest_of(made if isinstance(made, bytes) else made.encode())
        if there == wanted:
            self.published.unchanged.append(path)
        elif there and (ours is None or there != ours.written):
            self.published.kept.append(path)
            return
        else:
            write(self._folder / path, made)
            self.published.written.append(path)
        self._files[path] = MadeFile(made_from, wanted)

    def remove_others(self) -> None:
        """Delete what we made before and is no part of the site now; what somebody changed since stays."""
        for path in sorted(set(self._files) - self._seen):
            there = digest_of_file(self._folder / path)
            if there == self._files.pop(path).written:
                (self._folder / path).unlink()
                self.published.removed.append(path)
            elif there:
                self.published.kept.append(path)


def digest(*what: object) -> str:
    """A short name for values that JSON can hold: the same if and only if they are."""
    return digest_of(msgspec.json.encode(what))


def digest_of(data: bytes) -> str:
    """The SHA-256 of ``data``."""
    return hashlib.sha256(data).hexdigest()


def digest_of_file(path: Path) -> str:
    """The digest of what a file holds; empty if there is no such file."""
    try:
        return digest_of(path.read_bytes())
    except OSError:
        return ""
