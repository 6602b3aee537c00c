"""Assembly of a labelled recording from a journal."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from msgspec.structs import replace

from tracer.lazy import lazy_map, lazy_reorder
from tracer.model import FORMAT, Cloud, Exchange, Output, Recording, free_note
from tracer.runs.participants import CLIENT, client_agent, client_label, resolve
from tracer.sequences import choose, client_of, find, label
from tracer.urls import split

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracer.recording import JournalHead
    from tracer.runs.participant_map import ParticipantMap

__all__ = ["assemble"]


def assemble(
    head: JournalHead,
    exchanges: Sequence[Exchange],
    participants: ParticipantMap,
    output: Output | None = None,
) -> Recording:
    """Return the labelled recording of a run.

    ``exchanges`` are redacted, with times in seconds since the epoch. Raises InputError if no sequence
    has the name ``head.sequence``.
    """
    started = [exchange.started for exchange in exchanges]
    order = sorted(range(len(started)), key=started.__getitem__)
    began = started[order[0]] if order else head.began
    ordered = lazy_reorder(exchanges, order)
    receivers, labels = resolve(ordered, participants, head.command)
    named = lazy_map(ordered, lambda index, exchange: _complete(exchange, began, receivers[index]))
    recording = Recording(
        format=FORMAT,
        command=head.command,
        verdict="undetermined" if head.undetermined else None,
        interrupted=head.interrupted,
        cloud=Cloud(release=head.release, url=_cloud_url(named)),
        client=client_agent(named),
        client_versions=head.client_versions,
        recorded=datetime.fromtimestamp(began, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        participants=labels,
        notes=[free_note(note) if isinstance(note, str) else note for note in head.notes],
        exchanges=named,
        redacted=head.redacted,
        output=output,
    )
    # A background run has no documented sequence.
    by_client = any(exchange.sender == CLIENT for exchange in named)
    sequence = find(head.sequence) if head.sequence else None
    if by_client:
        sequence = sequence or choose(named, head.command, client_of(recording))
        # The versions are those of the package that the process runs.
        client = client_label(
            recording.client, head.command, is_openstack=sequence is not None or bool(head.client_versions)
        )
        recording = replace(recording, participants={**labels, CLIENT: client})
    return label(recording, sequence)


def _complete(exchange: Exchange, began: float, receiver: str) -> Exchange:
    # If the clock is set back during a run, times are negative, and such a recording is not valid.
    ended = None if exchange.ended is None else max(0.0, round(exchange.ended - began, 3))
    started = max(0.0, round(exchange.started - began, 3))
    return replace(exchange, started=started, ended=ended, receiver=receiver)


def _cloud_url(exchanges: Sequence[Exchange]) -> str:
    of_keystone = (exchange.request.url for exchange in exchanges if exchange.receiver == "keystone")
    url = next(of_keystone, exchanges[0].request.url if exchanges else "")
    parts = split(url) if url else None
    return f"{parts.scheme}://{parts.netloc}" if parts is not None else ""
