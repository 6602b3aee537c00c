"""The end of one command and the beginning of the next, by the documented sequences."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tracer.model import SAFE_METHODS, header
from tracer.sequences.choosing import choose
from tracer.sequences.loading import catalog
from tracer.sequences.matching import DEVIATIONS, match_run
from tracer.sequences.observations import observe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracer.model import Exchange
    from tracer.sequences.client_versions import Client
    from tracer.sequences.matching import Match
    from tracer.sequences.schema import Sequence as DocumentedSequence

__all__ = ["is_complete", "may_begin", "may_continue"]


def is_complete(exchanges: Sequence[Exchange], client: Client) -> bool:
    """Return whether ``exchanges`` are all exchanges of a documented command."""
    return choose(exchanges, None, client) is not None


def may_continue(exchanges: Sequence[Exchange], request: Exchange, client: Client) -> bool:
    """Return whether ``request``, without its response, may belong to the same documented command.

    A command sends the same request again only after a failure or after a change. It asks for another
    resource of the same collection only if a response names it.
    """
    if (earlier := _same_request(exchanges, request)) is not None:
        return earlier.response is None or earlier.response.status >= 400
    if _asks_for_another(exchanges, request):
        return False
    return _is_documented(exchanges, request, client)


def may_begin(login: Sequence[Exchange], request: Exchange, client: Client) -> bool:
    """Return whether ``request`` may be the first one of a documented command, after ``login``."""
    return _is_documented(login, request, client)


def _is_documented(exchanges: Sequence[Exchange], request: Exchange, client: Client) -> bool:
    """Return whether a documented command sends ``exchanges`` and then ``request``."""
    run = observe([*exchanges, request])
    return any(_is_next(match_run(run, sequence, client), sequence) for sequence in catalog().values())


def _is_next(match: Match, sequence: DocumentedSequence) -> bool:
    """Return whether no exchange deviates, and no required step of the command before the last is missing.

    The last exchange has no response yet, so its status does not count.
    """
    *earlier, last = match.labels
    if last.verdict == "unexpected" or not DEVIATIONS.isdisjoint(label.verdict for label in earlier):
        return False
    first = min(last.steps, default=0)
    prologue = {step for entry in sequence.entries if entry.prologue for step in entry.steps}
    return not any(step < first for step in {*match.missing} - prologue)


def _same_request(exchanges: Sequence[Exchange], request: Exchange) -> Exchange | None:
    """Return the latest exchange with this request and a token, None if there is none since a change."""
    for exchange in reversed(exchanges):
        sent = exchange.request
        if sent.method not in SAFE_METHODS:
            return None
        if (sent.method, sent.url) == (request.request.method, request.request.url):
            return exchange if header(sent.headers, "X-Auth-Token") is not None else None
    return None


def _asks_for_another(exchanges: Sequence[Exchange], request: Exchange) -> bool:
    """Return whether ``request`` reads a resource whose name is new, beside one that was read before."""
    collection, _, name = request.request.url.rpartition("/")
    if request.request.method not in SAFE_METHODS or "?" in name:
        return False
    read = [
        exchange.request.url.rpartition("/")[2]
        for exchange in exchanges
        if exchange.request.method in SAFE_METHODS and exchange.request.url.rpartition("/")[0] == collection
    ]
    others = [each for each in read if "?" not in each]
    return bool(others) and name not in others and not any(_names(exchange, name) for exchange in exchanges)


def _names(exchange: Exchange, name: str) -> bool:
    """Return whether the response contains an object with the ID ``name``."""
    body = exchange.response.body if exchange.response else None
    if body is None or body.json is None:
        return False
    return re.search(rf'"id":\s*"{re.escape(name)}"', body.json) is not None
