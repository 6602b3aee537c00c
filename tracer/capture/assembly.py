"""From what a journal holds to a labelled recording."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import urlsplit

from msgspec.structs import replace

from tracer.capture.participantmap import ParticipantMap
from tracer.capture.participants import CLIENT, client_agent, resolve
from tracer.model import FORMAT, Cloud, Exchange, Output, Recording
from tracer.recording import JournalHead
from tracer.sequences import choose, find, label, release_of

__all__ = ["assemble"]


def assemble(
    head: JournalHead,
    exchanges: Sequence[Exchange],
    participants: ParticipantMap,
    output: Output | None = None,
) -> Recording:
    """The recording of a run; ``exchanges`` bear seconds since the epoch, and are redacted already.

    Raises InputError where ``head.sequence`` names none.
    """
    ordered = sorted(exchanges, key=lambda exchange: exchange.started)
    began = ordered[0].started if ordered else head.began
    named, labels = resolve([_since(exchange, began) for exchange in ordered], participants)
    recording = Recording(
        format=FORMAT,
        command=head.command,
        interrupted=head.interrupted,
        cloud=Cloud(release=head.release, url=_cloud_url(named)),
        client=client_agent(named),
        recorded=datetime.fromtimestamp(began, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        participants=labels,
        notes=head.notes,
        exchanges=named,
        redacted=head.redacted,
        output=output,
    )
    if head.sequence:
        return label(recording, find(head.sequence))
    # What services send on their own account is no command's sequence.
    by_client = any(exchange.sender == CLIENT for exchange in named)
    return label(recording, choose(named, head.command, release_of(recording)) if by_client else None)


def _since(exchange: Exchange, began: float) -> Exchange:
    # A clock that is set back meanwhile must not make a recording that cannot be read.
    ended = None if exchange.ended is None else max(0.0, round(exchange.ended - began, 3))
    return replace(exchange, started=max(0.0, round(exchange.started - began, 3)), ended=ended)


def _cloud_url(exchanges: Sequence[Exchange]) -> str:
    urls = [exchange.request.url for exchange in exchanges]
    urls = [exchange.request.url for exchange in exchanges if exchange.receiver == "keystone"] or urls
    if not urls:
        return ""
    try:
        parts = urlsplit(urls[0])
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}"
