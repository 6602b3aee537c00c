"""The files of a site on disk, and the list of the files that tracer wrote.

The list is ``.tracer-docs.json`` in the folder of the site: the SHA-256 of each file as written. A file with
another checksum was made or edited by a person, and stays as it is.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

from tracer.errors import InputError
from tracer.storage import write

__all__ = ["FileList", "Published", "SiteWriter", "WrittenFile"]

_LIST = ".tracer-docs.json"


class Published(NamedTuple):
    """The files of a site by the result for each, as paths below the site's folder.

    ``protected`` files were made or edited by a person, and stay unchanged.
    """

    written: list[str]
    unchanged: list[str]
    protected: list[str]
    removed: list[str]


class WrittenFile(msgspec.Struct, frozen=True):
    """A file that tracer wrote: the SHA-256 of its content."""

    written: str


class FileList(msgspec.Struct):
    """The content of the list. Further keys of earlier versions are ignored."""

    format: Literal[1] = 1
    files: dict[str, WrittenFile] = {}


class SiteWriter:
    """A writer for the site in ``folder`` that changes no file of a person.

    Raises InputError if the list of written files exists and cannot be read.
    """

    def __init__(self, folder: Path) -> None:
        self.published = Published([], [], [], [])
        self._folder = folder
        self._files = _load_list(folder)
        self._paths: set[str] = set()

    def write(self, path: str, content: str | bytes) -> None:
        """Write a file of the site unless it has this content already or is protected."""
        self._paths.add(path)
        listed = self._files.get(path)
        present = _checksum_of_file(self._folder / path)
        wanted = _checksum(content)
        if present == wanted:
            self.published.unchanged.append(path)
        elif present and (listed is None or present != listed.written):
            self.published.protected.append(path)
            return
        else:
            write(self._folder / path, content)
            self.published.written.append(path)
        self._files[path] = WrittenFile(wanted)

    def remove_obsolete(self) -> None:
        """Delete listed files that are not part of the site any more, unless a person edited them."""
        for path in sorted(set(self._files) - self._paths):
            present = _checksum_of_file(self._folder / path)
            if present == self._files.pop(path).written:
                (self._folder / path).unlink()
                self.published.removed.append(path)
            elif present:
                self.published.protected.append(path)

    def save_list(self) -> None:
        """Write the list of the files that tracer wrote, now and earlier, if it changed."""
        text = msgspec.json.format(msgspec.json.encode(FileList(files=self._files)), indent=1).decode() + "\n"
        path = self._folder / _LIST
        if _checksum_of_file(path) != _checksum(text):
            write(path, text)


def _load_list(folder: Path) -> dict[str, WrittenFile]:
    """Return the files that tracer wrote, by path; an empty dict without a list. Raises InputError."""
    path = folder / _LIST
    try:
        files = msgspec.json.decode(path.read_bytes(), type=FileList).files
        if any(Path(name).is_absolute() or ".." in Path(name).parts for name in files):
            raise msgspec.ValidationError
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise InputError(str(path), error.strerror or str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise InputError(str(path), "not what tracer docs wrote: delete it") from None
    else:
        return files


def _checksum(content: str | bytes) -> str:
    """Return the SHA-256 of the content in hexadecimal digits."""
    return hashlib.sha256(content if isinstance(content, bytes) else content.encode()).hexdigest()


def _checksum_of_file(path: Path) -> str:
    """Return the checksum of a file; an empty text if there is no such file."""
    try:
        return _checksum(path.read_bytes())
    except OSError:
        return ""
