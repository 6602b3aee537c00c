"""The files of a site on disk, and the list of the files that tracer wrote.

The list is ``.tracer-docs.json`` in the folder of the site: the SHA-256 of each file as generated, the
digests of the blocks of each page (``tracer.rendering.pages.sections``), and the language of pages without a
language in their names. A page with another checksum was edited by a person: its edits stay. Any other file
with another checksum stays as it is.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Literal, NamedTuple

import msgspec

from tracer.errors import InputError
from tracer.rendering.pages.edits import merge
from tracer.rendering.pages.sections import digests
from tracer.rendering.pages.site import BASE
from tracer.storage import write

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FileList", "Published", "SiteWriter", "WrittenFile"]

_LIST = ".tracer-docs.json"
_PAGE = ".md"
_LONGEST = 1000
"""Characters in the path of a file, at most."""
_THEME_LANGUAGE = re.compile(r'^  language: "?([a-z]{2})\b', re.MULTILINE)


class Published(NamedTuple):
    """The files of a site by the result for each, as paths below the site's folder.

    ``protected`` files were made or edited by a person, and stay unchanged. ``orphaned`` files were edited by
    a person, and are not part of the site any more. ``edited`` has the titles of the sections with a person's
    edits, by the path of the page. The page is also in ``written`` or ``unchanged``.
    ``unknown_sequences`` has names of sequences that the catalogue lacks, by the recording with the name.
    """

    written: list[str]
    unchanged: list[str]
    protected: list[str]
    removed: list[str]
    orphaned: list[str]
    edited: dict[str, list[str]]
    unknown_sequences: dict[str, str]


class WrittenFile(msgspec.Struct, frozen=True, omit_defaults=True):
    """A generated file: the SHA-256 of its content, and for a page the digests of its blocks by section."""

    written: str
    sections: dict[str, str] = {}


class FileList(msgspec.Struct):
    """The content of the list. Further keys of earlier versions are ignored."""

    format: Literal[1] = 1
    language: str = ""
    files: dict[str, WrittenFile] = {}


class SiteWriter:
    """A writer for the site in ``folder`` that keeps everything that a person wrote.

    ``language`` is the language of the pages without a language in their names, empty for a new site. Raises
    InputError if the list of written files exists and cannot be read.
    """

    def __init__(self, folder: Path) -> None:
        self.published = Published([], [], [], [], [], {}, {})
        self._folder = folder
        listed = _load_list(folder)
        self._files = listed.files
        self.language = listed.language or _language_of_configuration(folder, listed.files)
        self._paths: set[str] = set()

    def write(self, path: str, content: str | bytes) -> None:
        """Write a file of the site unless it has this content already. Keep the edits of a person.

        Raises InputError if a link in the folder leads out of it.
        """
        self._paths.add(path)
        self._check_inside(path)
        listed = self._files.get(path)
        present = _read(self._folder / path)
        wanted = _checksum(content)
        if present is not None and _checksum(present) == wanted:
            self.published.unchanged.append(path)
        elif present is None or (listed is not None and _checksum(present) == listed.written):
            self._replace(path, content)
        elif not self._merge(path, listed, present, content):
            self.published.protected.append(path)
            return
        sections = digests(content) if isinstance(content, str) and path.endswith(_PAGE) else {}
        self._files[path] = WrittenFile(wanted, sections)

    def _merge(self, path: str, listed: WrittenFile | None, present: bytes, content: str | bytes) -> bool:
        """Merge the edits of a page with its new ``content``. Return False if the file is a person's own."""
        if listed is None or not listed.sections or isinstance(content, bytes):
            return False
        try:
            page = present.decode("utf-8-sig").replace("\r\n", "\n")
        except UnicodeDecodeError:
            return False
        merged = merge(listed.sections, page, content)
        if merged.replaced:
            return False
        if merged.kept:
            self.published.edited[path] = merged.kept
        if merged.text == page:
            self.published.unchanged.append(path)
        else:
            self._replace(path, merged.text)
        return True

    def _replace(self, path: str, content: str | bytes) -> None:
        write(self._folder / path, content)
        self.published.written.append(path)

    def _check_inside(self, path: str) -> None:
        parent = (self._folder / path).parent
        if not parent.resolve().is_relative_to(self._folder.resolve()):
            raise InputError(str(parent), "a link leads out of the folder of the site: remove the link")

    def remove_obsolete(self) -> None:
        """Delete listed files that are not part of the site any more, unless a person edited them.

        Raises InputError if a link in the folder leads out of it.
        """
        for path in sorted(set(self._files) - self._paths):
            self._check_inside(path)
            present = _checksum_of_file(self._folder / path)
            if present and present != self._files[path].written:
                # The list keeps the digests: a later site with this page merges the edits.
                self.published.orphaned.append(path)
                continue
            del self._files[path]
            if present:
                (self._folder / path).unlink()
                self.published.removed.append(path)

    def save_list(self) -> None:
        """Write the list of the files that tracer generated, now and earlier, if it changed."""
        content = FileList(language=self.language, files=self._files)
        text = msgspec.json.format(msgspec.json.encode(content), indent=1).decode() + "\n"
        path = self._folder / _LIST
        if _checksum_of_file(path) != _checksum(text):
            write(path, text)


def _load_list(folder: Path) -> FileList:
    """Return the list of the files that tracer generated; an empty one without a file. Raises InputError."""
    path = folder / _LIST
    if path.exists() and not path.is_file():
        raise InputError(str(path), "not what tracer docs wrote: delete it")
    try:
        listed = msgspec.json.decode(path.read_bytes(), type=FileList)
        if not all(_is_name(name) for name in listed.files):
            raise msgspec.ValidationError
    except FileNotFoundError:
        return FileList()
    except OSError as error:
        raise InputError(str(path), error.strerror or str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise InputError(str(path), "not what tracer docs wrote: delete it") from None
    else:
        return listed


def _is_name(name: str) -> bool:
    """Return whether ``name`` is the path of a file below the folder of the site."""
    parts = PurePosixPath(name).parts
    return (
        bool(parts) and parts[0] != "/" and ".." not in parts and "\0" not in name and len(name) <= _LONGEST
    )


def _language_of_configuration(folder: Path, files: Mapping[str, WrittenFile]) -> str:
    """Return the language of a site that an earlier version made; empty if there is no such site."""
    if BASE not in files:
        return ""
    configuration = _read(folder / BASE) or b""
    language = _THEME_LANGUAGE.search(configuration.decode("utf-8", "replace"))
    return language[1] if language else ""


def _checksum(content: str | bytes) -> str:
    """Return the SHA-256 of the content in hexadecimal digits."""
    return hashlib.sha256(content if isinstance(content, bytes) else content.encode()).hexdigest()


def _checksum_of_file(path: Path) -> str:
    """Return the checksum of a file; an empty text if there is no such file."""
    content = _read(path)
    return "" if content is None else _checksum(content)


def _read(path: Path) -> bytes | None:
    """Return the content of a file, None if there is no such file."""
    try:
        return path.read_bytes() if path.is_file() else None
    except OSError:
        return None
