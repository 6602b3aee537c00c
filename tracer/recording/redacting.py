"""Today's policy, applied to recordings of yesterday."""

from __future__ import annotations

from collections import Counter

from msgspec.structs import replace

from tracer.model import Output, Recording
from tracer.recording.files import dumps
from tracer.redaction import KnownSecrets, Policy, Redactor

__all__ = ["redact"]


def redact(recording: Recording, policy: Policy) -> tuple[Recording, KnownSecrets]:
    """The recording without what the policy calls a secret, and these secrets, for the last gate.

    Pseudonyms that it holds already stay as they are. One that has nothing to hide comes back equal.
    """
    redactor = Redactor(policy)
    redactor.known.reserve(dumps(recording))
    # Twice: what a later exchange shows to be a secret may stand in an earlier one.
    exchanges = [redactor.exchange(exchange) for exchange in recording.exchanges]
    exchanges = [redactor.again(exchange) for exchange in exchanges]
    text = redactor.text
    output = recording.output
    redacted = replace(
        recording,
        command=recording.command and text(recording.command),
        interrupted=text(recording.interrupted),
        client=text(recording.client),
        cloud=replace(recording.cloud, url=text(recording.cloud.url)),
        participants={name: text(label) for name, label in recording.participants.items()},
        notes=[text(note) for note in recording.notes],
        exchanges=exchanges,
        output=output and Output(exit=output.exit, stdout=text(output.stdout), stderr=text(output.stderr)),
    )
    if redacted == recording:
        return recording, redactor.known
    notes = list(dict.fromkeys([*redacted.notes, *redactor.notes()]))
    counts = dict(Counter(recording.redacted) + Counter(redactor.counts))
    return replace(redacted, notes=notes, redacted=counts), redactor.known
