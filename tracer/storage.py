"""Output to files: scan for secrets, write to a temporary file, rename.

A file has its final name only if it is complete and the scan found no secret. Each ``OSError`` becomes an
``OutputError`` with a reason in words.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import secrets
from typing import TYPE_CHECKING

from tracer.errors import LeakError, NameTakenError, OutputError
from tracer.filenames import part_name
from tracer.findings import Leak
from tracer.redaction import KnownSecrets, scan_pieces
from tracer.writability import check_file, reasons

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path
    from types import TracebackType

__all__ = ["Appender", "refuse_secrets", "write", "write_parts", "write_private"]

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0)
_APPEND = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)


def write(
    path: Path,
    text: str | bytes | Iterable[str],
    *,
    known_secrets: KnownSecrets | None = None,
    new: bool = False,
) -> None:
    """Write a complete file or none: scan it, write it to a temporary file, flush it to disk, rename it.

    Text is written as UTF-8, and scanned for values that look like secrets and for ``known_secrets``. Bytes
    (PNG) are searched only for ``known_secrets``. A long text may be an iterable of pieces of whole lines;
    only the pieces of one scan are in memory. Missing parent folders are created. With ``new``, an existing
    file is not replaced.

    Raises ``LeakError`` with the rules and positions of secrets (never their values), ``OutputError`` if the
    file cannot be written, and ``NameTakenError`` if a ``new`` file exists.
    """
    checked = _checked(path, text, known_secrets)
    # A text that is not very long is scanned completely before the first access to the disk.
    first = next(checked)
    _replace(path, itertools.chain((first,), checked), 0o666, new=new)


def refuse_secrets(text: str, source: str) -> None:
    """Raise ``LeakError`` if a text holds values that look like secrets. ``source`` names the text."""
    leaks = tuple(leak for _, leaks in scan_pieces((text,)) for leak in leaks)
    if leaks:
        raise LeakError(source, leaks)


def write_parts(
    path: Path, parts: Sequence[str | bytes], *, known_secrets: KnownSecrets | None = None, tidy: bool = False
) -> list[Path]:
    """Write each part to a file as ``write`` does. Return the paths of the files.

    A single part has the name ``path``. Several parts of ``x.svg`` have the names ``x-part1.svg``,
    ``x-part2.svg``, … With ``tidy``, remove files left by an earlier call with another number of parts. Use
    ``tidy`` only for names that belong to tracer, such as those of recordings.
    """
    check_file(path)
    paths = [path] if len(parts) == 1 else [part_name(path, number) for number in range(1, len(parts) + 1)]
    for part_path, part in zip(paths, parts, strict=True):
        write(part_path, part, known_secrets=known_secrets)
    if tidy:
        _remove_earlier(path, len(parts))
    return paths


def _remove_earlier(path: Path, count: int) -> None:
    with reasons(path):
        if count != 1 and _is_replaceable(path):
            path.unlink()
        for number in itertools.count(1 if count == 1 else count + 1):
            if not _is_replaceable(part_name(path, number)):
                return
            part_name(path, number).unlink()


def _is_replaceable(path: Path) -> bool:
    """Return whether ``path`` is a writable regular file: no link, and no pipe."""
    return path.is_file() and not path.is_symlink() and os.access(path, os.W_OK)


def write_private(path: Path, text: str | bytes) -> None:
    """Write a file with intended secrets (a cloud's configuration), readable by its owner only: mode 0600.

    There is no scan. Raises ``OutputError`` if the file cannot be written.
    """
    _replace(path, (_encoded(path, text),), 0o600)


class Appender:
    """A file that grows by lines, for the crash-safe journal.

    ``append`` passes its lines to the operating system: they survive the end of this process, and opens a
    closed file again. All methods raise ``OutputError``.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with reasons(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                self._file = os.open(path, _APPEND, 0o600)
            except FileNotFoundError:
                # Another proxy removes the empty folder at its end.
                path.parent.mkdir(parents=True, exist_ok=True)
                self._file = os.open(path, _APPEND, 0o600)

    def append(self, *lines: bytes, sync: bool = False) -> None:
        """Add lines, given without line ends. With ``sync``, wait until they are on disk."""
        if any(b"\n" in line for line in lines):
            raise ValueError("a line of a journal holds no line break")
        with reasons(self.path):
            if self._file < 0:
                self._file = os.open(self.path, _APPEND & ~os.O_CREAT)
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
        """Replace the content of the file with these lines, atomically."""
        _replace(self.path, (line + b"\n" for line in lines), 0o600)
        with reasons(self.path):
            self.close()
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


def _checked(
    path: Path, text: str | bytes | Iterable[str], known_secrets: KnownSecrets | None
) -> Iterator[bytes]:
    """Yield the content up to the first secret. Raise ``LeakError`` with all secrets after the scan."""
    if known_secrets is not None and known_secrets.find(path.name):
        raise LeakError(str(path.parent / "…"), (Leak("known secret"),))
    leaks: list[Leak] = []
    if isinstance(text, bytes):
        positions = [] if known_secrets is None else known_secrets.find_bytes(text)
        leaks += [Leak("known secret", 1, position + 1) for position in positions]
        if not leaks:
            yield text
    else:
        for piece, new in scan_pieces((text,) if isinstance(text, str) else text, known=known_secrets):
            leaks += new
            if not leaks:
                yield _encoded(path, piece)
    if leaks:
        raise LeakError(str(path), tuple(leaks))


def _encoded(path: Path, text: str | bytes) -> bytes:
    try:
        return text if isinstance(text, bytes) else text.encode()
    except UnicodeEncodeError:
        # The message of the original error would quote the document.
        raise OutputError(str(path), "its text has lone surrogates, which UTF-8 cannot hold") from None


def _replace(path: Path, data: Iterable[bytes], mode: int, *, new: bool = False) -> None:
    """Write ``data`` to a temporary file in the folder, then rename it. Replace a link, not its target."""
    with reasons(path):
        check_file(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{secrets.token_hex(8)}.part")
        try:
            file = os.open(beside, _NEW, mode)
            try:
                if path.is_file() and not path.is_symlink():
                    # A file that only its owner may read stays so.
                    os.fchmod(file, path.stat().st_mode & mode)
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
    """Rename ``beside`` to ``path``. Raise ``NameTakenError`` if ``path`` exists."""
    try:
        path.hardlink_to(beside)
    except FileExistsError:
        raise NameTakenError(str(path), "it is there already") from None
    except OSError:
        # The file system has no hard links. A file created between the check and the rename is replaced.
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
    """Flush the new name to disk, if the platform supports this."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
