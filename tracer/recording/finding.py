"""Recordings in folders."""

from __future__ import annotations

import mmap
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from tracer.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["AGAIN", "below", "second", "second_path"]

AGAIN = "again"
"""The folder beside recordings that holds the second recording of each, of the same name."""

# Also with a byte order mark, in JSON's style, and with other line ends.
_FORMAT = re.compile(rb"(?:^|[\r\n{,]|\xef\xbb\xbf)\s*[\"']?format[\"']?\s*:")
_FULL = re.compile(rb"\S")


def below(paths: Iterable[Path], *, again: bool = True) -> list[Path]:
    """The files among ``paths``, and the recordings in the folders among them; each once, in order.

    Of a folder these are all ``*.yaml`` below it, but for hidden ones (a run's journal is kept in
    ``.journal``) and for YAML of other kinds; second recordings only with ``again``. A file that can't
    be read is not left out: whoever loads it will say so. Raises InputError for a folder without any.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            inside = list(_inside(path, again=again))
            if not inside:
                raise InputError(str(path), "no recording in this folder")
            found.update(dict.fromkeys(inside))
        else:
            found[path] = None
    return list(found)


def second(recording: Path) -> Path | None:
    """The second recording that was made of the same command on the same release; None without one."""
    path = second_path(recording)
    return path if path.is_file() else None


def second_path(recording: Path) -> Path:
    """Where the second recording of the same command on the same release goes."""
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
            return bool(_FORMAT.search(content) or not _FULL.search(content))
    except (OSError, ValueError):  # ValueError: it is empty
        return True
