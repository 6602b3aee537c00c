"""Files inside zip archives, at paths such as ``recordings/2025.1.zip/image-show.yaml``.

A path leads into an archive if one of its parents is a file whose name ends in ``.zip``. An archive is read
like a folder, and never unpacked to disk. It is untrusted: its names, sizes and compression are checked.

An archive whose only file is an archive is read as that inner archive. ``pack`` makes such archives:
compressed as a whole, small files that are alike take a seventh of the bytes.
"""

from __future__ import annotations

import errno
import functools
import io
import os
import re
import shlex
import stat
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, TextIO

from tracer.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path
    from zipfile import ZipFile, ZipInfo

__all__ = [
    "SUFFIX",
    "check_archive",
    "exists",
    "files_in",
    "folder_name",
    "is_archive",
    "is_file",
    "is_folder",
    "located",
    "on_disk",
    "open_file",
    "open_text",
    "pack",
    "refuse_archive",
    "same_file",
]

SUFFIX = ".zip"

MAX_ARCHIVE = 64 * 2**20  # bytes of the archive on disk, which bounds the number of its entries
MAX_ENTRIES = 50_000
MAX_FILE = 64 * 2**20  # bytes of one unpacked file
MAX_TOTAL = 1024 * 2**20  # bytes of all unpacked files
MAX_DEPTH = 16  # folders around a file
MAX_NAME = 1024  # bytes of the name of a file with its folders
_MAX_PART = 255  # bytes of the name of one file or folder, on all usual disks
_SHOWN = 60  # characters of a name in an error

_OPEN_ARCHIVES = 16
_ENCRYPTED = 0x41  # flags of APPNOTE.TXT, section 4.4.4: encryption, strong encryption
_STORED, _DEFLATED, _BZIP2 = 0, 8, 12  # methods of APPNOTE.TXT, section 4.4.5
_INNER = f"recordings{SUFFIX}"
_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest time of a zip archive
_REGULAR = (stat.S_IFREG | 0o644) << 16
_UNIX = 3  # the system of an entry, which differs between platforms by default
_REFUSED = re.compile(r"[\x00-\x1f\x7f\\\ud800-\udfff]")
_DRIVE = re.compile(r"[A-Za-z]:")


class _Archive(NamedTuple):
    """An open archive with its files by name, and the names of its folders.

    ``inner`` is the name of this archive in the archive on disk, empty if it is that archive itself.
    """

    file: ZipFile
    files: Mapping[str, ZipInfo]
    folders: frozenset[str]
    inner: str = ""


def is_archive(path: Path) -> bool:
    """Return whether ``path`` is a file whose name says that it is an archive."""
    return path.name.lower().endswith(SUFFIX) and _is_disk_file(path)


def is_file(path: Path) -> bool:
    """Return whether ``path`` is a file, also in an archive. An archive itself is a folder.

    Raise InputError for a path in an archive that cannot be read.
    """
    inside = _inside(path)
    if inside is None:
        return path.is_file()
    archive, name = inside
    return name != "" and name in _opened(archive).files


def is_folder(path: Path) -> bool:
    """Return whether ``path`` is a folder, an archive, or a folder in an archive. Raise as ``is_file``."""
    inside = _inside(path)
    if inside is None:
        return path.is_dir()
    archive, name = inside
    return name == "" or name in _opened(archive).folders


def exists(path: Path) -> bool:
    """Return whether something is at ``path``: also a link that leads nowhere. Raise as ``is_file``."""
    return os.path.lexists(path) or (_inside(path) is not None and (is_file(path) or is_folder(path)))


def check_archive(path: Path) -> None:
    """Raise InputError if ``path`` is in, or is, an archive that cannot be read."""
    inside = _inside(path)
    if inside is not None:
        _opened(inside[0])


def refuse_archive(path: Path) -> None:
    """Raise InputError if ``path`` is in, or is, an archive: tracer changes no archive."""
    inside = _inside(path)
    if inside is not None:
        archive = str(inside[0])
        folder = archive[: -len(SUFFIX)]
        commands = [["python3", "-m", "zipfile", "-e", archive, folder]]
        if inner := _opened(inside[0]).inner:
            unpacked = f"{folder}/{inner}"
            commands += [["python3", "-m", "zipfile", "-e", unpacked, folder], ["rm", "--", unpacked]]
        remedy = " && ".join(map(shlex.join, commands))  # the name in the archive is not to be trusted
        raise InputError(archive, f"it is an archive, which tracer only reads; unpack it first: {remedy}")


def files_in(path: Path) -> list[Path]:
    """Return the paths of all files in an archive, or in a folder of an archive, in order.

    Raise InputError if the archive cannot be read.
    """
    inside = _inside(path)
    assert inside is not None, "a path in an archive"
    archive, folder = inside
    start = f"{folder}/" if folder else ""
    return [archive / name for name in sorted(_opened(archive).files) if name.startswith(start)]


def open_file(path: Path) -> BinaryIO:
    """Open a file for reading, on disk or in an archive. The content of an archive's file is in memory.

    Raise OSError for a file on disk, and InputError for a file in an archive, that cannot be read.
    """
    inside = _inside(path)
    return path.open("rb") if inside is None else io.BytesIO(_content(path, *inside))


def open_text(path: Path, newline: str | None = None) -> TextIO:
    """Open a file as UTF-8 text, as ``open_file`` does. ``newline`` is as in ``open``."""
    if _inside(path) is None:
        return path.open(encoding="utf-8", newline=newline)
    return io.TextIOWrapper(open_file(path), encoding="utf-8", newline=newline)


def located(path: Path) -> Path:
    """Return the path of a file: ``path``, or in an archive beside one of its folders if it is only there.

    The file ``zed/x.yaml`` may be in ``zed.zip``. Without such a file, return ``path``.
    """
    if is_file(path):
        return path
    for folder in path.parents:
        archive = folder.with_name(f"{folder.name}{SUFFIX}") if folder.name else folder
        if is_archive(archive):
            inside = archive / path.relative_to(folder)
            try:
                if is_file(inside):
                    return inside
            except InputError:  # the reader of the archive reports its fault
                continue
    return path


def on_disk(path: Path) -> Path:
    """Return the file on disk that has the content of ``path``: its archive, or ``path`` itself."""
    inside = _inside(path)
    return path if inside is None else inside[0]


def same_file(path: Path, other: Path) -> bool:
    """Return whether two existing paths are the same file, on disk or in an archive."""
    inside, other_inside = _inside(path), _inside(other)
    if inside is None or other_inside is None:
        return inside is other_inside and path.samefile(other)
    return inside[1] == other_inside[1] and inside[0].samefile(other_inside[0])


def pack(files: Mapping[str, bytes]) -> bytes:
    """Return an archive of files by name. Equal files give equal bytes, in any order and at any time."""
    from zipfile import ZIP_BZIP2, ZIP_STORED

    # Files of the same name in several folders are alike, so they are neighbours.
    alike = sorted(files.items(), key=lambda item: (item[0].rpartition("/")[2], item[0]))
    return _zip({_INNER: _zip(dict(alike), ZIP_STORED)}, ZIP_BZIP2)


def _zip(files: Mapping[str, bytes], compression: int) -> bytes:
    from zipfile import ZipFile, ZipInfo

    archive = io.BytesIO()
    with ZipFile(archive, "w") as file:
        for name, content in files.items():
            entry = ZipInfo(name, _TIME)
            entry.compress_type = compression
            entry.create_system = _UNIX
            entry.external_attr = _REGULAR
            file.writestr(entry, content, compresslevel=9)
    return archive.getvalue()


def folder_name(folder: Path) -> str:
    """Return the name of a folder, or of the folder that an archive stands for."""
    return folder.stem if is_archive(folder) else folder.name


def _is_disk_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a folder around it may not be entered
        return False


def _inside(path: Path) -> tuple[Path, str] | None:
    """Return the archive of ``path``, and the name in it: empty for the archive. Else return None."""
    if SUFFIX not in str(path).lower():
        return None
    for candidate in (*reversed(path.parents), path):
        if is_archive(candidate):
            name = path.relative_to(candidate).as_posix()
            return candidate, "" if name == "." else name
    return None


def _content(path: Path, archive: Path, name: str) -> bytes:
    opened = _opened(archive)
    entry = opened.files.get(name)
    if entry is None:
        raise InputError(str(path), _no_file(opened, archive, name))
    return _unpacked(opened, entry, path)


def _unpacked(opened: _Archive, entry: ZipInfo, path: Path) -> bytes:
    import struct
    import zlib
    from zipfile import BadZipFile

    if entry.flag_bits & _ENCRYPTED:
        raise InputError(str(path), "it is encrypted")
    if entry.compress_type not in (_STORED, _DEFLATED, _BZIP2):
        raise InputError(str(path), f"its compression (method {entry.compress_type}) is not deflate or bzip2")
    if entry.file_size > MAX_FILE:
        raise InputError(str(path), f"unpacked, it is larger than {_mebibytes(MAX_FILE)}")
    unpack = _bunzip2 if entry.compress_type == _BZIP2 else _extract
    try:
        return unpack(opened.file, entry)
    except (BadZipFile, zlib.error, struct.error, EOFError, OSError, RuntimeError, ValueError) as error:
        raise InputError(str(path), f"it is damaged: {error}") from None


def _extract(archive: ZipFile, entry: ZipInfo) -> bytes:
    with archive.open(entry) as file:
        return file.read(entry.file_size)  # read() without a size would unpack all of a false size


def _bunzip2(archive: ZipFile, entry: ZipInfo) -> bytes:
    # zipfile unpacks four kilobytes at once, which may stand for gigabytes here.
    import bz2
    import copy
    import zlib
    from zipfile import BadZipFile

    if entry.compress_size > MAX_ARCHIVE:  # a read of so many bytes takes the memory for them first
        raise BadZipFile("it is larger than its archive")
    packed = copy.copy(entry)
    packed.compress_type, packed.file_size = _STORED, entry.compress_size
    del packed.CRC  # that of the content
    content = bz2.BZ2Decompressor().decompress(_extract(archive, packed), entry.file_size)
    if zlib.crc32(content) != entry.CRC:
        raise BadZipFile(f"Bad CRC-32 for file {entry.filename!r}")
    return content


def _no_file(opened: _Archive, archive: Path, name: str) -> str:
    if name in opened.folders:
        return "it is a folder: name a file"
    if name:
        return os.strerror(errno.ENOENT)
    example = min(opened.files, key=lambda each: (each.count("/"), each), default="")
    return f"it is an archive: name a file in it{f', such as {archive / example}' if example else ''}"


def _opened(archive: Path) -> _Archive:
    """Return the open archive. Raise InputError if it is no archive, or if its directory is refused."""
    try:
        state = archive.stat()
    except OSError as error:
        raise InputError(str(archive), error.strerror or str(error)) from None
    if state.st_size > MAX_ARCHIVE:
        raise InputError(str(archive), f"it is larger than {_mebibytes(MAX_ARCHIVE)}")
    return _opened_in_state(archive, state.st_dev, state.st_ino, state.st_mtime_ns, state.st_size)


@functools.lru_cache(_OPEN_ARCHIVES)
def _opened_in_state(archive: Path, *_state: int) -> _Archive:
    opened = _read(archive, archive)
    inner = next(iter(opened.files), "")
    if len(opened.files) > 1 or not inner.lower().endswith(SUFFIX):
        return opened
    with opened.file:
        content = _unpacked(opened, opened.files[inner], archive / inner)
    return _read(io.BytesIO(content), archive)._replace(inner=inner)


def _read(source: Path | BinaryIO, archive: Path) -> _Archive:
    import struct
    from zipfile import BadZipFile, ZipFile

    try:
        file = ZipFile(source)
    except OSError as error:
        raise InputError(str(archive), error.strerror or str(error)) from None
    except (BadZipFile, struct.error, EOFError, RuntimeError, ValueError, OverflowError) as error:
        raise InputError(str(archive), f"not a zip archive, or damaged: {error}") from None
    try:
        return _checked(file, archive)
    except InputError:
        file.close()
        raise


def _checked(file: ZipFile, archive: Path) -> _Archive:
    entries = file.infolist()
    if len(entries) > MAX_ENTRIES:
        raise InputError(str(archive), f"it has more than {MAX_ENTRIES} entries")
    if sum(entry.file_size for entry in entries) > MAX_TOTAL:
        raise InputError(str(archive), f"unpacked, it is larger than {_mebibytes(MAX_TOTAL)}")
    files: dict[str, ZipInfo] = {}
    folders: set[str] = set()
    for entry in entries:
        full_name = entry.orig_filename  # zipfile ends ``filename`` at a null character
        name = full_name.removesuffix("/")
        problem = _problem_of_name(name)
        if not problem and (name in files or (name == full_name and name in folders)):
            problem = "its name stands twice in the archive"
        if problem:
            shown = full_name if len(full_name) <= _SHOWN else f"{full_name[:_SHOWN]}…"
            raise InputError(str(archive), problem, repr(shown))
        if name == full_name:
            files[name] = entry
            folders.update(_folders_around(name))
        else:
            folders.update((name, *_folders_around(name)))
    if both := sorted(files.keys() & folders):
        raise InputError(str(archive), "it is a file and a folder", repr(both[0]))
    return _Archive(file, files, frozenset(folders))


def _problem_of_name(name: str) -> str:
    """Return what is wrong with the name of an entry, without a slash at its end; else an empty text."""
    parts = name.split("/")
    if name.startswith("/") or _DRIVE.match(name):
        return "its name is absolute"
    if ".." in parts:
        return "its name leads out of the archive"
    if len(parts) > MAX_DEPTH + 1:
        return f"it is in more than {MAX_DEPTH} folders"
    lengths = [len(part.encode(errors="replace")) for part in parts]
    if sum(lengths) > MAX_NAME or max(lengths) > _MAX_PART:
        return f"its name is longer than {MAX_NAME} bytes, or a part of it than {_MAX_PART}"
    if _REFUSED.search(name) or "" in parts or "." in parts:
        return "its name is not a portable name of a file"
    return ""


def _folders_around(name: str) -> Iterable[str]:
    parts = name.split("/")
    return ("/".join(parts[:count]) for count in range(1, len(parts)))


def _mebibytes(size: int) -> str:
    return f"{size // 2**20} MiB"
