"""The only door to the disk: scan, write beside, rename.

Nothing half-written ever has a final name, and nothing that the scanner objects to gets
one at all. Every ``OSError`` leaves here as an ``OutputError`` with a reason in words.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import secrets
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType

from tracer.errors import LeakError, NameTakenError, OutputError
from tracer.redaction import Finding, KnownSecrets, scan_pieces
from tracer.writability import check_file, reasons

__all__ = ["Appender", "write", "write_parts", "write_private"]

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0)
_APPEND = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)


def write(
    path: Path, text: str | bytes | Iterable[str], *, known: KnownSecrets | None = None, new: bool = False
) -> None:
    """Write an artefact whole or not at all: scanned, written beside, flushed to the disk, renamed.

    Text is written as UTF-8 and scanned for secret patterns and for ``known``; bytes (PNG)
    are searched for ``known`` alone. A long text may come in pieces of whole lines, each made when its
    turn comes: no more is held than is scanned together. Parent folders are made. A ``new`` file replaces
    none.

    Raises ``LeakError`` with rule and place (never the value) when the scan finds something,
    ``OutputError`` when the file cannot be written, ``NameTakenError`` when it is there already.
    """
    checked = _checked(path, text, known)
    # Unless it is very long, all of it is scanned before the disk is touched.
    first = next(checked)
    _replace(path, itertools.chain((first,), checked), 0o666, new=new)


def write_parts(
    path: Path, parts: Sequence[str | bytes], *, known: KnownSecrets | None = None, tidy: bool = False
) -> list[Path]:
    """Write an artefact of one or several parts, each as ``write`` does; return where they are.

    A single one goes to ``path``, several go beside it: ``x.svg`` becomes ``x-part1.svg``,
    ``x-part2.svg``, …; of none, nothing is written. With ``tidy``, what an earlier artefact of another
    number of parts left is removed: that is for a name that is ours alone, such as that of a recording.
    """
    paths = [path] if len(parts) == 1 else [_part(path, number) for number in range(1, len(parts) + 1)]
    for one, part in zip(paths, parts, strict=True):
        write(one, part, known=known)
    if tidy:
        _remove_earlier(path, len(parts))
    return paths


def _remove_earlier(path: Path, count: int) -> None:
    with reasons(path):
        if count != 1 and _is_replaceable(path):
            path.unlink()
        for number in itertools.count(1 if count == 1 else count + 1):
            if not _is_replaceable(_part(path, number)):
                return
            _part(path, number).unlink()


def _is_replaceable(path: Path) -> bool:
    """Whether a file is there that ``write`` would replace by another of the kind: no link, and no pipe."""
    return path.is_file() and not path.is_symlink() and os.access(path, os.W_OK)


def _part(path: Path, number: int) -> Path:
    return path.with_name(f"{path.stem}-part{number}{path.suffix}")


def write_private(path: Path, text: str | bytes) -> None:
    """Write a file that holds secrets by design (a cloud's configuration), for its owner only: mode 0600.

    Not scanned. Raises ``OutputError`` as ``write`` does.
    """
    _replace(path, (_encoded(path, text),), 0o600)


class Appender:
    """A file that only grows, a line at a time: what the crash-safe journal is made of.

    What ``append`` has taken is with the operating system: killing this process does
    not lose it. All methods raise ``OutputError``.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with reasons(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                self._file = os.open(path, _APPEND, 0o600)
            except FileNotFoundError:
                # Another proxy that ends removes the folder when it is empty.
                path.parent.mkdir(parents=True, exist_ok=True)
                self._file = os.open(path, _APPEND, 0o600)

    def append(self, *lines: bytes, sync: bool = False) -> None:
        """Add lines (without their ends); with ``sync`` they are on the disk when this returns."""
        if any(b"\n" in line for line in lines):
            raise ValueError("a line of a journal holds no line break")
        with reasons(self.path):
            before = os.fstat(self._file)
            if not before.st_nlink:
                raise OutputError(str(self.path), "it was deleted while in use")
            try:
                _write_all(self._file, b"".join([line + b"\n" for line in lines]))
                if sync:
                    os.fsync(self._file)
            except OSError:
                # A torn last line would be glued to the next one.
                with contextlib.suppress(OSError):
                    os.ftruncate(self._file, before.st_size)
                raise

    def rewrite(self, lines: Iterable[bytes]) -> None:
        """Put these lines in place of all that the file holds, atomically."""
        _replace(self.path, (line + b"\n" for line in lines), 0o600)
        with reasons(self.path):
            os.close(self._file)
            self._file = -1
            self._file = os.open(self.path, _APPEND, 0o600)

    def close(self) -> None:
        """Close the file; a second call does nothing."""
        if self._file >= 0:
            file, self._file = self._file, -1
            with reasons(self.path):
                os.close(file)

    def __enter__(self) -> Appender:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _checked(path: Path, text: str | bytes | Iterable[str], known: KnownSecrets | None) -> Iterator[bytes]:
    """The artefact as far as it is clean. Raises LeakError when all that is not has been found."""
    if known is not None and known.find(path.name):
        raise LeakError(str(path.parent / "…"), ("known secret in the file's name",))
    leaks: list[Finding] = []
    if isinstance(text, bytes):
        places = [] if known is None else known.find_bytes(text)
        leaks += [Finding("known secret", 1, place + 1) for place in places]
        if not leaks:
            yield text
    else:
        for piece, findings in scan_pieces((text,) if isinstance(text, str) else text, known=known):
            leaks += findings
            if not leaks:
                yield _encoded(path, piece)
    if leaks:
        raise LeakError(str(path), tuple(str(finding) for finding in leaks))


def _encoded(path: Path, text: str | bytes) -> bytes:
    try:
        return text if isinstance(text, bytes) else text.encode()
    except UnicodeEncodeError:
        # Its own text would quote the document.
        raise OutputError(str(path), "its text has lone surrogates, which UTF-8 cannot hold") from None


def _replace(path: Path, data: Iterable[bytes], mode: int, *, new: bool = False) -> None:
    """Write ``data`` to a new file beside and give it its name: a link is replaced, not followed."""
    beside = path.with_name(f".{secrets.token_hex(8)}.part")
    with reasons(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        check_file(path)
        try:
            file = os.open(beside, _NEW, mode)
            try:
                for piece in data:
                    _write_all(file, piece)
                os.fsync(file)
            finally:
                os.close(file)
            if new:
                _name_once(beside, path)
            else:
                beside.replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                beside.unlink(missing_ok=True)
            raise
        _sync_folder(path.parent)


def _name_once(beside: Path, path: Path) -> None:
    """Give the file its name only if nobody has it: a link is refused where a rename would replace."""
    try:
        path.hardlink_to(beside)
    except FileExistsError:
        raise NameTakenError(str(path), "it is there already") from None
    except OSError:
        # Not every file system has hard links; there two writers are told apart by a moment only.
        if path.exists():
            raise NameTakenError(str(path), "it is there already") from None
        beside.replace(path)
    else:
        beside.unlink()


def _write_all(file: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(file, rest) :]


def _sync_folder(folder: Path) -> None:
    """Make the new name itself durable, where the platform can."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
