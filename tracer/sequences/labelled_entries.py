"""The entry of a labelled exchange, which has the texts that describe it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.sequences.discovery import with_alternatives
from tracer.sequences.loading import common_calls
from tracer.sequences.logins import way_entries
from tracer.sequences.templates import with_query

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracer.model import Exchange
    from tracer.sequences.schema import Entry, Sequence

__all__ = ["entry_of"]


def entry_of(exchange: Exchange, sequence: Sequence) -> Entry | None:
    """Return the entry of a labelled ``exchange``: a step, a part of a fallback, or a service call.

    Return None if the exchange has no entry, or no label from ``sequence``.
    """
    if exchange.verdict in (None, "unexpected"):
        return None
    fitting = [entry for entry in _candidates(exchange, sequence) if _is(exchange, entry)]
    # The path of a service's root is empty, so every path ends with it: the longest path wins.
    return max(fitting, key=lambda entry: len(_path(entry)), default=None)


def _is(exchange: Exchange, entry: Entry) -> bool:
    return (
        exchange.receiver == entry.receiver
        and exchange.request.method == entry.method
        and exchange.path.removesuffix("/").endswith(_path(entry))
    )


def _path(entry: Entry) -> str:
    return with_query(entry.path, entry.query).removesuffix("/")


def _candidates(exchange: Exchange, sequence: Sequence) -> Iterator[Entry]:
    for entry in sequence.entries:
        if exchange.steps and exchange.steps[0] not in entry.steps:
            continue
        family = (*with_alternatives(entry), *(entry.fallback.then if entry.fallback else ()))
        if exchange.steps:
            yield from family
        else:
            if not entry.steps:
                yield from family
            for caller in family:
                yield from _calls(caller)
    if not exchange.steps:
        yield from common_calls()
        yield from way_entries()


def _calls(entry: Entry) -> Iterator[Entry]:
    for call in entry.service_calls:
        yield call
        yield from _calls(call)
