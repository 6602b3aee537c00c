"""``tracer scan``: the locations of secrets in files of any kind."""

from __future__ import annotations

import argparse
import contextlib
import io
import sys
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, BinaryIO

from tracer import archives
from tracer.cli.options import add_policies
from tracer.counting import counted
from tracer.errors import InputError
from tracer.formats.byte_order import encoding_by_mark
from tracer.formats.data_files import refuse_missing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["arguments", "run"]

_PIECE = 65_536  # bytes


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options for the files and the policy files."""
    parser.add_argument(
        "paths",
        metavar="PATH",
        type=Path,
        nargs="+",
        help="Files, and folders and archives with all in them.",
    )
    add_policies(parser)
    parser.add_argument(
        "--exclude",
        metavar="GLOB",
        type=_pattern,
        action="append",
        default=[],
        help="Leave out files and folders with this name or path, such as '*.min.js'; may be given again.",
    )


def run(options: argparse.Namespace) -> int:
    """Print the location and the rule of each secret. Return 1 for a secret, 2 for an unreadable file."""
    from tracer.cli.progress import counted_items, progress
    from tracer.redaction import load_policy
    from tracer.redaction.locations import find_removable

    rules = load_policy(*options.policy)
    count = files = binary = 0
    unreadable = False
    there = list(_files(options.paths))
    paths = [path for path, names in there if not _matches(names, options.exclude)]
    if not paths:
        raise InputError("--exclude", "leaves no file to scan")
    with progress() as show:
        for path in counted_items(paths, show, "scanning"):
            text = _Text(path)
            try:
                for leak in find_removable(text.pieces, rules):
                    count += 1
                    show.hide()
                    print(f"{path}:{leak.line}:{leak.column}: {leak.rule}")
            except InputError as error:
                show.remove()
                print(f"tracer: {error}", file=sys.stderr)
                unreadable = True
                continue
            files += 1
            binary += text.binary
    notes = [f" ({binary} of them not text)"] if binary else []
    if excluded := len(there) - len(paths):
        notes.append(f", {excluded} excluded")
    print(f"{count} found in {counted(files, 'file')}{''.join(notes)}", file=sys.stderr)
    if unreadable:
        return 2
    return 1 if count else 0


def _pattern(text: str) -> str:
    """Return ``text`` if it is a relative pattern for paths. Raise ArgumentTypeError for any other text."""
    with contextlib.suppress(ValueError):  # a pattern of nothing
        PurePath().match(text)
        if not PurePath(text).is_absolute():
            return text
    raise argparse.ArgumentTypeError(f"expected a pattern such as '*.min.js', got {text!r}")


def _matches(names: Iterable[PurePath], patterns: Iterable[str]) -> bool:
    """Return whether a pattern fits the end of one of ``names``."""
    return any(name.match(pattern) for name in names for pattern in patterns)


class _Text:
    """The content of a file as text. After ``pieces``, ``binary`` is true if the file is not text."""

    def __init__(self, path: Path) -> None:
        self.binary = False
        self._path = path

    def pieces(self) -> Iterator[str]:
        """Yield the text in pieces of some lines. Raise InputError if the file cannot be read."""
        try:
            if self._path.is_fifo():
                raise InputError(str(self._path), "it is a pipe: only files can be scanned")
            with archives.open_file(self._path) as file:
                encoding = encoding_by_mark(file.read(4))
                file.seek(0)
                if encoding:
                    yield from _decoded(file, encoding)
                    return
                while lines := b"".join(file.readlines(_PIECE)):
                    self.binary = self.binary or b"\0" in lines
                    yield lines.decode("utf-8", "replace")
        except OSError as error:
            raise InputError(str(self._path), error.strerror or str(error)) from None


def _decoded(file: BinaryIO, encoding: str) -> Iterator[str]:
    """Yield the text of a file in another encoding than UTF-8, in pieces of some lines."""
    text = io.TextIOWrapper(file, encoding, "replace", newline="")
    while lines := "".join(text.readlines(_PIECE)):
        yield lines


def _files(paths: Iterable[Path]) -> Iterator[tuple[Path, list[PurePath]]]:
    """Yield the files in ``paths`` and below its folders, each with the names that patterns see.

    These are the paths of the file and of its folders, from a given folder on. The given folder alone, and
    the folders around it, do not count. An archive counts as a folder. Raise InputError for a missing path,
    and for a folder without files.
    """
    for path in paths:
        if archives.is_folder(path):
            files = list(_files_in(path))
            if not files:
                kind = "archive" if archives.is_archive(path) else "folder"
                raise InputError(str(path), f"no file in this {kind}")
            for file in files:
                inner = file.relative_to(path)
                parts = [part for part in (inner, *inner.parents) if part.parts]
                yield file, [PurePath(path.name, part) for part in parts] or [path, *path.parents]
        else:
            refuse_missing(path)
            yield path, [path, *path.parents]


def _files_in(folder: Path) -> Iterator[Path]:
    """Yield the files in a folder or an archive, and in the archives below it. Yield a damaged archive."""
    if archives.is_archive(folder) or archives.on_disk(folder) != folder:
        try:
            yield from archives.files_in(folder)
        except InputError:
            yield folder
        return
    for path in sorted(folder.rglob("*")):
        if archives.is_archive(path) and not path.is_symlink():
            yield from _files_in(path)
        elif path.is_file() and not path.is_symlink():
            yield path
