"""Recordings in folders."""

from __future__ import annotations

import mmap
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from tracer.errors import InputError
from tracer.formats.data_files import refuse_missing
from tracer.formats.file_kinds import kinds_of, may_have_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["AGAIN", "below", "second", "second_path"]

AGAIN = "again"
"""The name of the folder beside recordings for their second recordings, which have the same file names."""

# Also after a byte order mark, in JSON style, and with any line ending.
_FORMAT = re.compile(rb"(?:^|[\r\n{,]|\xef\xbb\xbf)\s*[\"']?format[\"']?\s*:")
_WRITTEN = re.compile(rb"format: \d+\r?\ncommand: ")
"""The beginning of a recording that tracer wrote. A sequence begins with its format and its name."""
_FULL = re.compile(rb"\S")


def below(paths: Iterable[Path], *, again: bool = True) -> list[Path]:
    """Return the files in ``paths`` and the recordings in the folders in ``paths``, each once and in order.

    A folder gives all ``*.yaml`` files below it, except hidden files (journals are in ``.journal``), other
    kinds of YAML and, without ``again``, second recordings. A file that cannot be read is included, so that
    loading reports the error. Raise InputError for a missing path, and for a folder without recordings.
    """
    files: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            inside = list(_inside(path, again=again))
            if not inside:
                raise InputError(str(path), "no recording in this folder")
            files.update(dict.fromkeys(inside))
        else:
            refuse_missing(path)
            files[path] = None
    return list(files)


def second(recording: Path) -> Path | None:
    """Return the second recording of the same command on the same release, or None."""
    path = second_path(recording)
    return path if path.is_file() else None


def second_path(recording: Path) -> Path:
    """Return the path for the second recording of the same command on the same release."""
    return recording.parent / AGAIN / recording.name


def _inside(folder: Path, *, again: bool) -> Iterator[Path]:
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and (again or name != AGAIN))
        for name in sorted(files):
            path = Path(parent, name)
            if name.endswith(".yaml") and not name.startswith(".") and _may_be_recording(path):
                yield path


def _may_be_recording(path: Path) -> bool:
    if not path.is_file():
        return True
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            if _WRITTEN.match(content) and content.find(b"\nexchanges:") >= 0:
                return True
            if not _FORMAT.search(content):
                return not _FULL.search(content)
    except (OSError, ValueError):  # ValueError: the file is empty
        return True
    kinds = kinds_of(path)  # a baseline has a format, too
    return kinds[0].name == "recording" if kinds else may_have_key(path, "format")
