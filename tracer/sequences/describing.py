"""Which entry of a sequence a labelled exchange is, to tell its texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.sequences.loading import common_calls
from tracer.sequences.templates import with_query

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracer.model import Exchange
    from tracer.sequences.schema import Entry, Sequence

__all__ = ["entry_of"]


def entry_of(exchange: Exchange, sequence: Sequence) -> Entry | None:
    """The entry that the labelled ``exchange`` is: a step, a part of a fallback, a call of a service.

    None if it is none of them, or was never held against ``sequence``.
    """
    if exchange.verdict in (None, "unexpected"):
        return None
    fitting = [entry for entry in _candidates(exchange, sequence) if _is(exchange, entry)]
    # Every path ends with that of a service's root, which is nothing.
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
        family = (entry, *(entry.fallback.then if entry.fallback else ()))
        if exchange.steps:
            yield from family
        else:
            if not entry.steps:
                yield from family
            for one in family:
                yield from _calls(one)
    if not exchange.steps:
        yield from common_calls()


def _calls(entry: Entry) -> Iterator[Entry]:
    for call in entry.calls:
        yield call
        yield from _calls(call)
