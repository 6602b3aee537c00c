"""Requests of a run with a key, equal for the same request of another run, and with further details."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tracer.comparison.differences import Location
from tracer.comparison.json_values import read_json
from tracer.comparison.message_values import json_text
from tracer.comparison.outlines import outline
from tracer.comparison.request_keys import request_key
from tracer.comparison.request_urls import url_parts
from tracer.comparison.volatile import skeleton
from tracer.model import header
from tracer.sequences import parents, sent_id

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from tracer.comparison.polls import Polls, State
    from tracer.comparison.request_keys import RequestKey
    from tracer.model import Exchange, Request, Response

__all__ = ["Key", "KeyedRequest", "content", "keyed_requests"]

_BODY = Location("request", "", "").within("body")
_UNUSED = "", ("", "", "", "")

Use = tuple[()] | tuple[str, "RequestKey"]
"""The header field in which a run first sends a token, and the request with it. Empty without a token."""
Details = tuple["Hashable", ...]
"""Differences between requests with the same key: names of parameters, or cause, parameters and content."""


class Key(NamedTuple):
    """A request, the use of the token that a service validates, and the state that a poll shows."""

    request: RequestKey
    use: Use
    state: State


class KeyedRequest(NamedTuple):
    """A request by its key, and its details. The last detail of a service call is its cause, or None."""

    key: Key
    details: Details


def keyed_requests(run: Sequence[Exchange], polls: Polls) -> list[KeyedRequest]:
    """Return the key and the details of each request."""
    uses = _first_uses(run)
    keys = [
        Key(
            request=request_key(exchange),
            use=_use(exchange, uses),
            state=polls.found[index].state if index in polls.found else (),
        )
        for index, exchange in enumerate(run)
    ]
    return [*map(KeyedRequest, keys, _details(run, keys))]


def _use(exchange: Exchange, uses: Mapping[str, Use]) -> Use:
    """Return the first use of the token that a service call is about, empty if it is about none."""
    subject = header(exchange.request.headers, "X-Subject-Token")
    return () if exchange.sender == "client" or not subject else uses.get(subject, _UNUSED)


def _first_uses(run: Sequence[Exchange]) -> dict[str, Use]:
    """Return the first use of each token."""
    uses: dict[str, Use] = {}
    for exchange in run:
        for name in ("X-Auth-Token", "X-Service-Token"):
            if token := header(exchange.request.headers, name):
                uses.setdefault(token, (name, request_key(exchange)))
    return uses


def _details(run: Sequence[Exchange], keys: Sequence[Key]) -> list[Details]:
    """Return the details of each request: the names of its parameters.

    Services send equal requests for several causes, and in any order. A service call has its cause, its
    parameters and its content as details.
    """
    causes = parents(run)
    details: list[Details] = []
    for index, exchange in enumerate(run):
        query = url_parts(exchange.request.url).query
        if exchange.sender == "client":
            details.append((tuple(sorted(part.partition("=")[0] for part in query.split("&"))),))
            continue
        cause = causes[index] if sent_id(exchange) else None
        details.append(
            (
                skeleton(query, "query"),
                content(exchange.request),
                None if cause is None else keys[cause],
            )
        )
    return details


def content(message: Request | Response | None) -> str:
    """Return the outline of the JSON body of a message, empty without such a body."""
    text = json_text(message)
    try:
        return outline(read_json(text), _BODY) if text else ""
    except (ValueError, RecursionError):
        return text
