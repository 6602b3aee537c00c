"""What matching sees of an exchange: who, whom, what, how it ended; and which rules that fits."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qs, urlsplit

from tracer.model import Exchange, header
from tracer.sequences.templates import fits, normal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tracer.sequences.automaton import Rule
    from tracer.sequences.catalogue import Catalogue
    from tracer.sequences.schema import Entry

__all__ = ["Sighting", "asks_for", "sightings"]


class Sighting(NamedTuple):
    """An exchange without what matching need not know. ``path`` is relative to ``mount`` and normal.

    ``status`` is None where no response came.
    """

    position: int
    sender: str
    receiver: str
    method: str
    mount: str
    path: str
    query: str
    status: int | None
    has_token: bool
    location: str | None


def sightings(exchanges: Iterable[Exchange], catalogue: Catalogue) -> list[Sighting]:
    """A sighting for each of ``exchanges``, in their order."""
    return [_sighting(position, exchange, catalogue) for position, exchange in enumerate(exchanges)]


def asks_for(seen: Sighting, rules: Sequence[Rule]) -> list[int]:
    """The rules whose request ``seen`` is, whatever the answer was."""
    return [index for index, rule in enumerate(rules) if _asks_for(seen, rule.entry)]


def _asks_for(seen: Sighting, entry: Entry) -> bool:
    return (
        seen.method == entry.method
        and seen.receiver == entry.receiver
        and seen.sender == entry.sender
        and (fits(entry.path, seen.path) or _fits_as_a_name(seen, entry))
        and _has_query(seen.query, entry.query)
    )


def _fits_as_a_name(seen: Sighting, entry: Entry) -> bool:
    # A name may hold slashes, and the client puts it into the path as it is: that request cannot succeed.
    return (
        entry.fallback is not None
        and seen.status in entry.fallback.status
        and fits(entry.path, seen.path, slashes=True)
    )


def _has_query(query: str, wanted: dict[str, str]) -> bool:
    if not wanted:
        return True
    try:
        given = parse_qs(query, keep_blank_values=True, max_num_fields=100)
    except ValueError:
        return False
    return all(key in given and (value[:1] == "{" or value in given[key]) for key, value in wanted.items())


def _sighting(position: int, exchange: Exchange, catalogue: Catalogue) -> Sighting:
    url = exchange.request.url
    try:
        parts = urlsplit(url)
        path, query = parts.path, parts.query
    except ValueError:
        path, query = "/", ""
    path = normal(path)
    mount = catalogue.mount(url)
    response = exchange.response
    return Sighting(
        position=position,
        sender=exchange.sender,
        receiver=exchange.receiver,
        method=exchange.request.method.upper(),
        mount=mount,
        path=normal(path.removeprefix(mount)),
        query=query,
        status=response.status if response else None,
        has_token=header(exchange.request.headers, "X-Auth-Token") is not None,
        location=header(response.headers, "Location") if response else None,
    )
