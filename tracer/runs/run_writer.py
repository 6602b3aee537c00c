"""Redaction and journal of a run in progress, and its recording in the end."""

from __future__ import annotations

import contextlib
import itertools
import os
import time
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from tracer.errors import LeakError, OutputError, RedactionError, RenderError
from tracer.processes import identify
from tracer.recording import Journal, JournalHead, load, save
from tracer.redaction import KnownSecrets, Redactor, load_policy
from tracer.redaction.failure import stripped
from tracer.runs.assembly import assemble
from tracer.runs.participants import CLIENT
from tracer.runs.recording_names import recording_path, save_new
from tracer.runs.settings import JOURNALS, Settings
from tracer.storage import write_parts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tracer.errors import TracerError
    from tracer.model import Exchange, Output, Recording, RunNote

__all__ = ["RunWriter", "SavedRecording"]

_DROPPED_LIMIT = 64
"""Number of dropped exchanges, beyond twice the remaining ones, after which the journal is rewritten."""

_numbers = itertools.count(1)


class SavedRecording(NamedTuple):
    """A written recording with its path and its diagrams. ``failures`` are the reasons for missing parts."""

    recording: Recording
    path: Path
    diagrams: tuple[Path, ...] = ()
    failures: tuple[TracerError, ...] = ()


class RunWriter:
    """The writer of the journal and the recording of one run. Methods raise OutputError if a write fails."""

    def __init__(
        self,
        settings: Settings,
        argv: Sequence[str] = (),
        note: RunNote | None = None,
        client_versions: Mapping[str, str] | None = None,
        known: KnownSecrets | None = None,
    ) -> None:
        self.settings = settings
        self.redactor = Redactor(load_policy(*settings.policies), known=known)
        self.exchanges = 0
        self.stripped = 0
        self._dropped = 0
        self.path: Path | None = None
        self._journal: Journal | None = None
        self._began: float | None = None
        writer = identify()
        assert writer is not None, "a running process sees itself"
        self._head = JournalHead(
            began=time.time(),
            command=self.redactor.command(argv) if argv else None,
            client_versions=dict(client_versions or {}),
            release=settings.release,
            sequence=settings.sequence,
            name=settings.name,
            notes=[note] if note else [],
            writer=writer,
        )

    def take(self, exchange: Exchange) -> Exchange:
        """Redact a completed exchange and append it to the journal. Return the redacted exchange."""
        generation = self.redactor.generation
        redacted = self.redactor.exchange(exchange)
        if self.redactor.generation != generation:
            self._forget()
        if self._journal is None:
            self._journal = self._open()
        changed = self._update_head(self.redactor.unredacted_auth(redacted), self.redactor.counts)
        self._journal.exchange(redacted, self._head if changed else None)
        self.stripped += redacted.redaction == "failed"
        self.exchanges += 1
        self._began = min(self._began or redacted.started, redacted.started)
        return redacted

    def drop(self, position: int) -> None:
        """Remove the exchange at index ``position`` of the remaining exchanges."""
        assert self._journal is not None, "only what was taken can be dropped"
        if self.exchanges == 1:
            self._journal.remove()
            self._journal = None
        else:
            self._journal.drop(position)
        self.exchanges -= 1
        self._dropped += 1
        # Rarely, as a rewrite of the journal delays the traffic.
        if self._journal is not None and self._dropped > 2 * self.exchanges + _DROPPED_LIMIT:
            # If the disk is full, the old journal remains valid.
            with contextlib.suppress(OutputError):
                self._journal.replace(self._head, self._journal.read()[1])
                self._dropped = 0

    def _forget(self) -> None:
        """Remove the known secrets from the command and the journal. Rewrite the journal if it changes."""
        # The file still contains the exchanges that were dropped since the last rewrite.
        changed = self._clean_command() or self._dropped > 0
        if self._journal is None:
            return
        _, earlier = self._journal.read()
        cleaned = map(self.redactor.again, earlier)
        for number, (before, after) in enumerate(zip(earlier, cleaned, strict=True)):
            if changed or after != before:
                rest = itertools.chain(itertools.islice(earlier, number), (after,), cleaned)
                self._journal.replace(self._head, rest)
                self._dropped = 0
                break

    def doubt(self, reason: RunNote | None = None) -> None:
        """Mark the run as undetermined, as evidence is missing. Add ``reason`` to its notes once."""
        new = [] if reason is None or reason in self._head.notes else [reason]
        if new or not self._head.undetermined:
            self._head = replace(self._head, notes=[*self._head.notes, *new], undetermined=True)
            if self._journal is not None:
                self._journal.head(self._head)

    def _update_head(self, doubt: RunNote | None, counts: dict[str, int]) -> bool:
        """Add the note ``doubt`` and the redaction ``counts`` to the head. Return whether it changed."""
        if not doubt and counts == self._head.redacted:
            return False
        notes = [*self._head.notes, doubt] if doubt else self._head.notes
        self._head = replace(self._head, notes=notes, redacted=counts)
        return True

    def preview(self) -> Recording:
        """Return the recording of the exchanges so far."""
        head, exchanges = self._journal.read() if self._journal else (self._head, [])
        return assemble(head, exchanges, self.settings.participants)

    def latest(self) -> Exchange:
        """Return the exchange that was taken last, with the label that it has so far."""
        assert self._journal is not None, "an exchange has been taken"
        head, exchanges = self._journal.read()
        began = exchanges[-1].started
        # In a recording, exchanges are in the order of their beginning.
        later = sum(exchange.started > began for exchange in exchanges)
        return assemble(head, exchanges, self.settings.participants).exchanges[-1 - later]

    def finish(self, *, interrupted: str = "", output: Output | None = None) -> SavedRecording:
        """Write the recording and its diagrams, and remove the journal.

        Raises LeakError if the last scan finds a secret; the journal keeps only skeletons of exchanges then.
        """
        assert self._journal is not None, "a run without exchanges has no recording"
        # The output may reveal a secret of an exchange, and an exchange may reveal a secret of the output.
        generation = self.redactor.generation
        while True:
            output = output and self._clean(output)
            self._clean_command()
            if generation == self.redactor.generation:
                break
            generation = self.redactor.generation
            self._forget()
        exchanges = self._cleaned(self._journal)
        head = replace(
            self._head,
            interrupted=interrupted or _broken_off(exchanges),
            notes=[*self._head.notes, *self.redactor.notes()],
            redacted=self.redactor.counts,
        )
        recording = assemble(head, exchanges, self.settings.participants, output)
        try:
            self.path = self._save(head, recording)
        except LeakError:
            # The journal must not keep the refused content either. Only skeletons of exchanges are safe.
            self._journal.replace(replace(head, command=None), map(stripped, exchanges))
            raise
        self._journal.remove()
        self._journal = None
        failures = (RedactionError(self.stripped),) if self.stripped else ()
        saved = SavedRecording(recording, self.path, failures=failures)
        return _draw_diagrams(saved, self.settings, self.redactor.known)

    def _cleaned(self, journal: Journal) -> Sequence[Exchange]:
        """Return all exchanges of ``journal``, redacted again with all secrets that are known now."""
        _, exchanges = journal.read()
        if isinstance(exchanges, list):
            return [self.redactor.again(exchange) for exchange in exchanges]
        journal.replace(self._head, map(self.redactor.again, exchanges))
        return journal.read()[1]

    def _clean_command(self) -> bool:
        """Remove newly known secrets from the command. Return whether the command changed."""
        before = self._head.command
        self._head = replace(self._head, command=before and self.redactor.text(before))
        return self._head.command != before

    def _clean(self, output: Output) -> Output:
        text = self.redactor.text
        return replace(output, stdout=text(output.stdout), stderr=text(output.stderr))

    def _save(self, head: JournalHead, recording: Recording) -> Path:
        if self.path is not None or head.name:
            path = self.path or recording_path(self.settings.folder, head, recording)
            save(recording, path, known_secrets=self.redactor.known)
            return path
        return save_new(self.settings.folder, head, recording, self.redactor.known)

    def resume(self) -> None:
        """Open a journal for a finished run again, with the exchanges of its recording."""
        assert self.path is not None, "only a finished run can be resumed"
        recording = load(self.path)
        began = self._began or self._head.began
        self._journal = self._open()
        for exchange in recording.exchanges:
            ended = None if exchange.ended is None else exchange.ended + began
            self._journal.exchange(replace(exchange, started=exchange.started + began, ended=ended))

    def leave(self) -> None:
        """Close the journal. Its file stays for a later exchange or recovery."""
        if self._journal is not None:
            self._journal.close()

    def _open(self) -> Journal:
        self._clean_command()
        name = f"{time.strftime('%Y%m%dT%H%M%S')}-{os.getpid()}-{next(_numbers)}.jsonl"
        return Journal(self.settings.folder / JOURNALS / name, self._head)


def _draw_diagrams(saved: SavedRecording, settings: Settings, known_secrets: KnownSecrets) -> SavedRecording:
    """Write the diagrams of a recording. Return ``saved`` with their paths.

    The error of a diagram that cannot be drawn or written is one of ``failures``. It is not raised.
    """
    drawn: list[Path] = []
    failures = list(saved.failures)
    refused: dict[str, list[Path]] = {}
    drawer = settings.draw(saved.recording) if settings.draw else None
    for kind in settings.diagrams if drawer else ():
        path = saved.path.with_suffix(f".{kind}")
        assert drawer is not None
        try:
            parts = drawer(kind)
        except RenderError as error:
            refused.setdefault(error.problem, []).append(path)
            # A diagram of an earlier run must not appear to belong to this run.
            with contextlib.suppress(OutputError):
                write_parts(path, (), tidy=True)
            continue
        try:
            drawn += write_parts(path, parts, known_secrets=known_secrets, tidy=True)
        except OutputError as error:
            failures.append(error)
    failures += [RenderError(problem, tuple(paths)) for problem, paths in refused.items()]
    return saved._replace(diagrams=tuple(drawn), failures=tuple(failures))


def _broken_off(exchanges: Sequence[Exchange]) -> str:
    # A service may still wait for a response when the client has ended, so the client's requests decide.
    of_client = [exchange for exchange in exchanges if exchange.sender == CLIENT]
    last = max(of_client or exchanges, key=lambda exchange: exchange.started)
    return "the last request had no answer" if last.response is None else ""
