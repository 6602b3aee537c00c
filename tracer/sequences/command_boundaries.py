"""The end of one command and the beginning of the next, by the documented sequences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.model import header
from tracer.sequences.choosing import choose
from tracer.sequences.loading import catalog
from tracer.sequences.matching import match_run
from tracer.sequences.observations import observe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracer.model import Exchange

__all__ = ["is_complete", "may_continue"]

_READING = frozenset({"GET", "HEAD", "OPTIONS"})


def is_complete(exchanges: Sequence[Exchange], release: str | None) -> bool:
    """Return whether ``exchanges`` are all exchanges of a documented command."""
    return choose(exchanges, None, release) is not None


def may_continue(exchanges: Sequence[Exchange], request: Exchange, release: str | None) -> bool:
    """Return whether ``request``, without its response, may belong to the same documented command.

    A command sends the same request again only after a failure or after a change.
    """
    if _repeats(exchanges, request):
        return False
    run = observe([*exchanges, request])
    matches = (match_run(run, sequence, release) for sequence in catalog().values())
    return any(all(label.verdict != "unexpected" for label in match.labels) for match in matches)


def _repeats(exchanges: Sequence[Exchange], request: Exchange) -> bool:
    """Return whether ``request`` repeats a successful request with a token, without a change in between."""
    for exchange in reversed(exchanges):
        if exchange.request.method not in _READING:
            return False
        same = (exchange.request.method, exchange.request.url) == (
            request.request.method,
            request.request.url,
        )
        if same and exchange.response is not None and exchange.response.status < 400:
            return header(exchange.request.headers, "X-Auth-Token") is not None
    return False
