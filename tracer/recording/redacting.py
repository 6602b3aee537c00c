"""The current policy applied to existing recordings."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from msgspec.structs import replace

from tracer.recording.files import dump

if TYPE_CHECKING:
    from collections.abc import Callable

    from tracer.model import Exchange, Recording, RunNote
    from tracer.redaction import KnownSecrets, Policy, Redactor

__all__ = ["redact"]


def redact(recording: Recording, policy: Policy) -> tuple[Recording, KnownSecrets]:
    """Redact ``recording`` with ``policy``. Return the result with its secrets, for the last scan.

    Existing pseudonyms stay. A recording without secrets is returned as it is.
    """
    from tracer.redaction import Redactor

    redactor = Redactor(policy)
    for piece in dump(recording):
        redactor.known.reserve(piece)
    redacted = _all_texts(
        recording, redactor, [redactor.exchange(exchange) for exchange in recording.exchanges]
    )
    version = -1
    while version != redactor.known.version:
        # A text can reveal a secret that an earlier text also contains.
        version = redactor.known.version
        redacted = _all_texts(
            redacted, redactor, [redactor.again(exchange) for exchange in redacted.exchanges]
        )
    if redacted == recording:
        return recording, redactor.known
    notes = [*redacted.notes, *(note for note in redactor.notes() if note not in redacted.notes)]
    counts = dict(Counter(recording.redacted) + Counter(redactor.counts))
    return replace(redacted, notes=notes, redacted=counts), redactor.known


def _note(note: RunNote, text: Callable[[str], str]) -> RunNote:
    values = {name: text(value) if isinstance(value, str) else value for name, value in note.values.items()}
    return replace(note, values=values)


def _all_texts(recording: Recording, redactor: Redactor, exchanges: list[Exchange]) -> Recording:
    text = redactor.text
    output = recording.output
    return replace(
        recording,
        command=recording.command and text(recording.command),
        sequence=recording.sequence and text(recording.sequence),
        role=text(recording.role),
        suite=text(recording.suite),
        interrupted=text(recording.interrupted),
        client=text(recording.client),
        client_versions={name: text(version) for name, version in recording.client_versions.items()},
        cloud=replace(recording.cloud, url=text(recording.cloud.url)),
        participants={name: text(label) for name, label in recording.participants.items()},
        notes=[_note(note, text) for note in recording.notes],
        exchanges=exchanges,
        output=output and replace(output, stdout=text(output.stdout), stderr=text(output.stderr)),
    )
