"""Recordings in folders and archives."""

from __future__ import annotations

import contextlib
import mmap
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from tracer import archives
from tracer.errors import InputError
from tracer.formats.data_files import refuse_missing
from tracer.formats.file_kinds import kinds_of, may_have_key
from tracer.releases import is_openstack

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = [
    "AGAIN",
    "below",
    "client_folder",
    "crossed",
    "editable",
    "folders_of",
    "is_client_folder",
    "named",
    "second",
    "second_path",
]

AGAIN = "again"
"""The name of the folder beside recordings for their second recordings, which have the same file names."""

_CLIENT = "client-"

# Also after a byte order mark, in JSON style, and with any line ending.
# Blank space is read once: from its beginning, not from each of its line ends.
_FORMAT = re.compile(rb"(?:^|[{,]|\xef\xbb\xbf|(?<=\S)[^\S\r\n]*+[\r\n])\s*+[\"']?format[\"']?\s*+:")
_WRITTEN = re.compile(rb"format: \d+\r?\ncommand: ")
"""The beginning of a recording that tracer wrote. A sequence begins with its format and its name."""
_FULL = re.compile(rb"\S")


def below(paths: Iterable[Path], *, again: bool = True) -> list[Path]:
    """Return the files in ``paths`` and the recordings in the folders in ``paths``, each once and in order.

    A folder gives all ``*.yaml`` files below it, except hidden files (journals are in ``.journal``), other
    kinds of YAML and, without ``again``, second recordings. An archive (``zed.zip``) is read like the folder
    ``zed`` beside it; of a name in both, only the folder's file counts. A file or an archive that cannot be
    read is included, so that loading reports the error. Raise InputError for a missing path, for a folder
    without recordings, and if all folders have second recordings alone and these do not count.
    """
    files: dict[Path, None] = {}
    seconds_alone: Path | None = None
    for path in paths:
        if archives.is_folder(path):
            inside = _inside(path, again=again)
            if not inside and not _inside(path, again=True):
                raise _nothing_in(path)
            if not inside:
                seconds_alone = seconds_alone or path
            files.update(dict.fromkeys(inside))
        else:
            refuse_missing(path)
            files[path] = None
    if seconds_alone and not files:
        raise _nothing_in(seconds_alone)
    return [path for path in files if _in_folder(path) not in files]


def editable(paths: Iterable[Path]) -> list[Path]:
    """Return ``below(paths)``, to be changed. Raise InputError for a recording in an archive."""
    files = below(paths)
    for path in files:
        archives.refuse_archive(path)
    return files


def folders_of(folder: Path) -> tuple[Path, ...]:
    """Return the folder and the archive beside it that stands for it (``zed.zip``), those that exist.

    A folder without recordings counts only without an archive.
    """
    archive = folder.with_name(f"{folder.name}{archives.SUFFIX}") if folder.name else folder
    if not archives.is_archive(archive):
        return (folder,) if archives.is_folder(folder) else ()
    return (folder, archive) if archives.is_folder(folder) and _inside(folder, again=True) else (archive,)


def named(folders: Sequence[Path]) -> dict[str, Path]:
    """Return the recordings below ``folders`` by relative path without extension, without second recordings.

    The folders stand for one, as those of ``folders_of``. Raise InputError as ``below``, and for a given
    archive that cannot be read.
    """
    for folder in folders:
        archives.check_archive(folder)
    relative = {
        path.relative_to(next(folder for folder in folders if path.is_relative_to(folder))): path
        for path in below(folders, again=False)
    }
    return {path.with_suffix("").as_posix(): relative[path] for path in sorted(relative, key=_order)}


def second(recording: Path) -> Path | None:
    """Return the second recording of the same command on the same release, or None.

    It may be in the archive beside a folder while the recording is in the folder, or the other way round.
    """
    return _existing(second_path(recording))


def second_path(recording: Path) -> Path:
    """Return the path for the second recording of the same command on the same release."""
    return recording.parent / AGAIN / recording.name


def client_folder(client: str) -> str:
    """Return the name of the folder for recordings with the client of another release than the cloud's."""
    return f"{_CLIENT}{client}"


def is_client_folder(name: str) -> bool:
    """Return whether ``client_folder`` gives the name for the client of a release."""
    return name.startswith(_CLIENT) and is_openstack(name.removeprefix(_CLIENT))


def crossed(recording: Path, client: str) -> Path | None:
    """Return the recording of the same command on the same cloud with another release's client, or None."""
    folder = client_folder(client)
    return _existing(recording.parent / folder / recording.name) if is_client_folder(folder) else None


def _existing(path: Path) -> Path | None:
    path = archives.located(_in_folder(path) or path)
    return path if archives.is_file(path) else None


def _nothing_in(folder: Path) -> InputError:
    kind = "archive" if archives.is_archive(folder) else "folder"
    return InputError(str(folder), f"no recording in this {kind}")


def _inside(folder: Path, *, again: bool) -> list[Path]:
    """Return the recordings in a folder or an archive. The files of a folder come before its folders."""
    if archives.on_disk(folder) != folder or archives.is_archive(folder):
        return list(_in_archive(folder, again=again))
    found: list[Path] = []
    for parent, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if _counts(name, again=again)]
        for name in files:
            path = Path(parent, name)
            if archives.is_archive(path) and _counts(path.stem, again=again):
                found += _in_archive(path, again=again)
            elif name.endswith(".yaml") and not name.startswith(".") and _may_be_recording(path):
                found.append(path)
    return sorted(found, key=lambda path: _order(path.relative_to(folder)))


def _in_archive(folder: Path, *, again: bool) -> Iterator[Path]:
    """Yield the recordings in an archive, or in a folder of an archive. Yield a damaged archive itself."""
    try:
        files = archives.files_in(folder)
    except InputError:
        yield folder
        return
    for path in sorted(files, key=_order):
        inner = path.relative_to(folder).parts
        counts = path.suffix == ".yaml" and all(_counts(part, again=again) for part in inner)
        if counts and _may_be_recording(path):
            yield path


def _counts(name: str, *, again: bool) -> bool:
    return not name.startswith(".") and (again or name != AGAIN)


def _order(path: Path) -> tuple[tuple[bool, str], ...]:
    *folders, name = path.parts or ("",)
    return (*((True, folder) for folder in folders), (False, name))


def _in_folder(path: Path) -> Path | None:
    """Return the path beside the archive of ``path`` that has the same name in a folder, else None."""
    archive = archives.on_disk(path)
    return None if archive == path else archive.with_suffix("") / path.relative_to(archive)


def _may_be_recording(path: Path) -> bool:
    try:
        if not archives.is_file(path):
            return True
        with _content(path) as content:
            if _WRITTEN.match(content) and content.find(b"\nexchanges:") >= 0:
                return True
            if not _FORMAT.search(content):
                return not _FULL.search(content)
    except (InputError, OSError, ValueError):  # ValueError: the file is empty
        return True
    kinds = kinds_of(path)  # a baseline has a format, too
    return kinds[0].name == "recording" if kinds else may_have_key(path, "format")


@contextlib.contextmanager
def _content(path: Path) -> Iterator[bytes | mmap.mmap]:
    with archives.open_file(path) as file:
        if archives.on_disk(path) != path:
            yield file.read()
        else:
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
                yield content
