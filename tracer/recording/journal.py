"""The journal: a crash-safe log of a run in progress, one file for each run.

A journal has JSON lines. Each line is complete before the next exchange is accepted. A line is the head
of the run (the last head counts), an exchange, or the index of an exchange to remove from the exchanges
so far. All content is already redacted. After a crash of the proxy, at most the last line is incomplete.
"""

from __future__ import annotations

import os
import weakref
from itertools import chain
from typing import TYPE_CHECKING

import msgspec

from tracer.errors import InputError
from tracer.lazy import LazySequence
from tracer.model import Exchange, RunNote
from tracer.processes import ProcessIdentity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

__all__ = ["Journal", "JournalHead", "JournalLine", "read_journal"]


class JournalHead(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The metadata of a run.

    ``began`` is in seconds since the epoch. ``writer`` is the process that writes the journal: if it has
    ended, the journal is abandoned. ``undetermined`` is true if evidence is missing on which exchanges
    belong to the run. A note of an earlier version is a text.
    """

    began: float
    command: str | None = None
    client_versions: dict[str, str] = {}
    release: str | None = None
    sequence: str | None = None
    name: str | None = None
    participants: dict[str, str] = {}
    notes: list[RunNote | str] = []
    undetermined: bool = False
    interrupted: str = ""
    redacted: dict[str, int] = {}
    writer: ProcessIdentity


class JournalLine(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A line of a journal. One of its fields is set."""

    head: JournalHead | None = None
    exchange: Exchange | None = None
    dropped: int | None = None


_HELD = 2 * 2**20  # exchanges that begin below this offset, in bytes, stay in memory

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(JournalLine).decode


class Journal:
    """The journal of one run in the file ``path``. Every method may raise OutputError."""

    def __init__(self, path: Path, head: JournalHead) -> None:
        from tracer.storage import Appender

        self.path = path
        self._appender = Appender(path)
        self.head(head)

    def head(self, head: JournalHead) -> None:
        """Replace the metadata of the run."""
        self._appender.append(_encode(JournalLine(head=head)))

    def exchange(self, exchange: Exchange, head: JournalHead | None = None) -> None:
        """Append a finished exchange, with ``started`` and ``ended`` in seconds since the epoch.

        Also append ``head`` if the exchange changes the metadata of the run.
        """
        lines = [
            _encode(JournalLine(exchange=exchange)),
            *([_encode(JournalLine(head=head))] if head else []),
        ]
        self._appender.append(*lines)

    def drop(self, index: int) -> None:
        """Remove an exchange, by its index among the exchanges that ``read`` returns."""
        self._appender.append(_encode(JournalLine(dropped=index)))

    def replace(self, head: JournalHead, exchanges: Iterable[Exchange]) -> None:
        """Rewrite the whole journal after a new secret was found that earlier exchanges may contain."""
        lines = (_encode(JournalLine(exchange=exchange)) for exchange in exchanges)
        self._appender.rewrite(chain((_encode(JournalLine(head=head)),), lines))

    def read(self) -> tuple[JournalHead, Sequence[Exchange]]:
        """Return the head and the exchanges of the journal."""
        return read_journal(self.path)

    def close(self) -> None:
        """Close the journal. The file stays, and the next exchange opens it again."""
        self._appender.close()

    def remove(self) -> None:
        """Close the journal and delete its file, because the run is now a recording."""
        self.close()
        self.path.unlink(missing_ok=True)


def read_journal(path: Path) -> tuple[JournalHead, Sequence[Exchange]]:
    """Return the head and the exchanges of a journal, without an incomplete last line.

    The exchanges of a long journal are read from the file on every access, also after the file has been
    deleted or replaced. Raise InputError for a file that is not a journal.
    """
    head: JournalHead | None = None
    exchanges: list[Exchange] = []
    lines: list[tuple[int, int]] = []  # offset and length of each exchange
    try:
        file = os.open(path, os.O_RDONLY)
    except OSError as error:
        raise InputError(str(path), error.strerror or str(error)) from None
    journal_lines = _Lines(file, str(path))
    for number, (start, line) in enumerate(journal_lines.all(), 1):
        entry = _entry(line, str(path), number)
        head = entry.head or head
        if entry.exchange is not None:
            lines.append((start, len(line)))
            if start < _HELD:
                exchanges.append(entry.exchange)
        if entry.dropped is not None:
            if not 0 <= entry.dropped < len(lines):
                raise InputError(str(path), "not a journal: it drops what it does not hold", f"line {number}")
            del lines[entry.dropped]
            del exchanges[entry.dropped : entry.dropped + 1]
    if head is None:
        raise InputError(str(path), "not a journal: it has no head")
    if len(exchanges) == len(lines):
        return head, exchanges
    return head, LazySequence(len(lines), lambda index: journal_lines.exchange(*lines[index]))


class _Lines:
    """The complete lines of a journal, which is open as the file descriptor ``file``."""

    def __init__(self, file: int, source: str) -> None:
        self._file = file
        self._source = source
        weakref.finalize(self, os.close, file)

    def all(self) -> Iterator[tuple[int, bytes]]:
        """Yield each complete line with its offset. Raise InputError."""
        start = 0
        try:
            with open(self._file, "rb", closefd=False) as lines:
                for line in lines:
                    if not line.endswith(b"\n"):
                        return
                    yield start, line
                    start += len(line)
        except OSError as error:
            raise InputError(self._source, error.strerror or str(error)) from None

    def exchange(self, start: int, length: int) -> Exchange:
        """Return the exchange in the line at ``start``. Raise InputError if the line has changed."""
        try:
            exchange = _decode(os.pread(self._file, length, start)).exchange
        except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            exchange = None
        if exchange is None:
            raise InputError(self._source, "it was changed while it was being read")
        return exchange


def _entry(line: bytes, source: str, number: int) -> JournalLine:
    try:
        return _decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(source, f"not a journal: {error}", f"line {number}") from None
    except RecursionError:
        raise InputError(source, "not a journal: nested too deeply", f"line {number}") from None
