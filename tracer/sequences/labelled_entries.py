"""The entry of a labelled exchange, which has the texts that describe it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tracer.sequences.catalogue import service_of
from tracer.sequences.discovery import with_alternatives
from tracer.sequences.loading import common_calls
from tracer.sequences.logins import way_entries
from tracer.sequences.templates import with_query

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracer.model import Exchange
    from tracer.sequences.schema import Entry, Sequence

__all__ = ["entry_of"]


class _Candidate(NamedTuple):
    """An entry with its sender. A service call does not state its own: it is the receiver of its caller."""

    entry: Entry
    sender: str


def entry_of(exchange: Exchange, sequence: Sequence) -> Entry | None:
    """Return the entry of a labelled ``exchange``: a step, a part of a fallback, or a service call.

    Return None if the exchange has no entry, or no label from ``sequence``.
    """
    if exchange.verdict in (None, "unexpected"):
        return None
    fitting = [candidate for candidate in _candidates(exchange, sequence) if _is(exchange, candidate.entry)]
    sender = service_of(exchange.sender)
    # The path of a service's root is empty, so every path ends with it: the longest path wins. Of equal
    # paths, that of the sender wins: client and services send the same request for different reasons.
    best = max(fitting, key=lambda each: (len(_path(each.entry)), each.sender == sender), default=None)
    return best.entry if best else None


def _is(exchange: Exchange, entry: Entry) -> bool:
    return (
        exchange.receiver == entry.receiver
        and exchange.request.method == entry.method
        and exchange.path.removesuffix("/").endswith(_path(entry))
    )


def _path(entry: Entry) -> str:
    return with_query(entry.path, entry.query).removesuffix("/")


def _candidates(exchange: Exchange, sequence: Sequence) -> Iterator[_Candidate]:
    for entry in sequence.entries:
        if exchange.steps and exchange.steps[0] not in entry.steps:
            continue
        family = (*with_alternatives(entry), *(entry.fallback.then if entry.fallback else ()))
        if exchange.steps or not entry.steps:
            yield from (_Candidate(each, each.sender) for each in family)
        if not exchange.steps:
            for caller in family:
                yield from _calls(caller)
    if not exchange.steps:
        yield from (_Candidate(call, service_of(exchange.sender)) for call in common_calls())
        yield from (_Candidate(entry, entry.sender) for entry in way_entries())


def _calls(caller: Entry) -> Iterator[_Candidate]:
    for call in caller.service_calls:
        yield _Candidate(call, caller.receiver)
        yield from _calls(call)
