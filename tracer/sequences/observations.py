"""The parts of an exchange that matching uses, and their comparison with an entry."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qs

from tracer.api_reference.spellings import without_project
from tracer.model import Body, Exchange, header
from tracer.sequences.catalogue import Catalogue, is_known
from tracer.sequences.identity_providers import (
    IDENTITY_PROVIDER,
    identity_provider_mount,
    is_for_identity_provider,
)
from tracer.sequences.json_bodies import json_content
from tracer.sequences.media_types import media_type_of
from tracer.sequences.names_in_bodies import names_in_bodies
from tracer.sequences.templates import fits, generic, normal, with_query
from tracer.urls import split

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tracer.model import Request, Response
    from tracer.sequences.schema import Entry

__all__ = [
    "Observation",
    "ObservedRun",
    "asks_for",
    "has_action",
    "has_path",
    "observations",
    "observe",
    "template_of",
]


_CREDENTIALS = (
    "X-Auth-Token", "Authorization", "X-Project-Id", "X-Project-Name", "X-Domain-Id", "X-Domain-Name",
)  # fmt: skip
"""Header fields with a credential: a token, HTTP authentication, and scopes beside a certificate."""

_PROJECT = re.compile(
    r"/(?P<version>v\d+(?:\.\d+)?)/(?P<id>[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?=/|$)"
)
"""The version and the ID of a project at the beginning of a path: no documented path has another ID there."""


class Observation(NamedTuple):
    """The parts of an exchange that matching uses. ``path`` is normalized and relative to ``mount``.

    In some clouds, the URLs of a service have the project after the version: ``/v3/0b1c…/volumes``.
    ``project`` is this segment, and ``path`` is without it, as sequences hold for each cloud.

    ``status`` is None without a response. ``token`` is the token of the request, ``is_anonymous`` says
    that it has no credential at all. ``issued`` is the token that the response issues. ``request_type``
    and ``response_type`` are the media types of the bodies. ``host`` is the host of the URL with its port.
    ``content`` is a number that equal bodies of requests share, None without a body or if the recording omits
    the body. ``challenges`` is empty unless the status is 401: it contains the authentication schemes and the
    header fields of the response, in lower case. ``names`` are the names of things in the paths of the run.
    ``actions`` are the keys of the JSON body of a POST request, None for other requests, and if the body is
    not known or is no object.
    """

    sender: str
    receiver: str
    method: str
    mount: str
    path: str
    query: str
    status: int | None
    token: str | None
    is_anonymous: bool
    issued: str | None
    request_type: str | None
    response_type: str | None
    location: str | None
    host: str
    content: int | None
    challenges: frozenset[str]
    names: frozenset[str] = frozenset()
    actions: frozenset[str] | None = None
    project: str = ""

    @property
    def whole_path(self) -> str:
        """Return the path relative to the mount, with the project."""
        return _with_project(self.path, self.project) if self.project else self.path

    @property
    def generic_path(self) -> str:
        """Return the path template without a documented sequence, with the mount."""
        return generic(self.mount + self.whole_path, self.names)

    @property
    def request(self) -> tuple[str, ...]:
        """Return the parts that are equal for a request that was sent again.

        The receiver is no part: without a response, the service may not have been recognised.
        """
        return self.sender, self.method, self.host, self.mount, self.whole_path, self.query

    @property
    def has_token(self) -> bool:
        """Return whether the request has a token."""
        return self.token is not None


class ObservedRun(NamedTuple):
    """The exchanges of a run in the order of their requests, and the observation of each exchange."""

    exchanges: Sequence[Exchange]
    seen: list[Observation]


def observe(exchanges: Iterable[Exchange]) -> ObservedRun:
    """Prepare ``exchanges`` for matching with any number of sequences."""
    given = exchanges if isinstance(exchanges, Sequence) else list(exchanges)
    return ObservedRun(given, observations(given, Catalogue.from_exchanges(given)))


def observations(exchanges: Sequence[Exchange], catalogue: Catalogue) -> list[Observation]:
    """Return an observation for each of ``exchanges``, in their order."""
    seen = [_observation(exchange, catalogue) for exchange in exchanges]
    names = names_in_bodies(exchanges, [observation.path for observation in seen])
    return [observation._replace(names=names) for observation in seen] if names else seen


def asks_for(seen: Observation, entry: Entry, types: Mapping[str, str]) -> bool:
    """Return whether ``seen`` has the request of ``entry``, from any sender and with any response.

    ``types`` has the types of parameters in paths.
    """
    return (
        seen.method == entry.method
        and seen.receiver == entry.receiver
        and (has_path(seen, entry, types) or _fits_as_a_name(seen, entry))
        and _has_query(seen.query, entry.query)
        and has_action(seen, entry)
        and (not entry.challenge or entry.challenge.lower() in seen.challenges)
    )


def has_path(seen: Observation, entry: Entry, types: Mapping[str, str]) -> bool:
    """Return whether ``seen`` has the path of ``entry``, which may name the project."""
    return fits(entry.path, seen.path, types) or bool(
        seen.project and fits(entry.path, seen.whole_path, types)
    )


def has_action(seen: Observation, entry: Entry) -> bool:
    """Return whether the body of ``seen`` has the action of ``entry``, or the actions are not known."""
    return not entry.action or seen.actions is None or entry.action in seen.actions


def template_of(seen: Observation, entry: Entry) -> str:
    """Return the path template of ``seen``, a request of ``entry``, with the mount and without the host."""
    path = entry.path
    if seen.project and without_project(path) == path:
        path = _with_project(path, "{project_id}")
    path = with_query(path, entry.query)
    mount = generic(seen.mount) if seen.mount else ""
    return (mount + path.removesuffix("/")) or "/"


def _fits_as_a_name(seen: Observation, entry: Entry) -> bool:
    # The client does not escape slashes in a name, so the path has more segments and the request fails.
    return (
        entry.fallback is not None
        and seen.status in entry.fallback.status
        and fits(entry.path, seen.path, names=True)
    )


def _has_query(query: str, wanted: dict[str, str]) -> bool:
    if not wanted:
        return True
    given = _parameters(query)
    return all(key in given and (value[:1] == "{" or value in given[key]) for key, value in wanted.items())


@lru_cache(maxsize=16)  # one request is compared with many entries
def _parameters(query: str) -> dict[str, list[str]]:
    try:
        return parse_qs(query, keep_blank_values=True, max_num_fields=100)
    except ValueError:
        return {}


def _observation(exchange: Exchange, catalogue: Catalogue) -> Observation:
    url = exchange.request.url
    parts = split(url)
    path, query = (parts.path, parts.query) if parts is not None else ("/", "")
    path = normal(path)
    receiver, mount = _receiver(exchange, catalogue, path)
    path = normal(path.removeprefix(mount))
    project = _PROJECT.match(path)
    response = exchange.response
    return Observation(
        sender=exchange.sender,
        receiver=receiver,
        method=exchange.request.method.upper(),
        mount=mount,
        path=path if project is None else f"/{project['version']}{path[project.end() :]}",
        query=query,
        status=response.status if response else None,
        token=_interned(header(exchange.request.headers, "X-Auth-Token")),
        is_anonymous=_is_anonymous(exchange),
        issued=_issued_token(exchange),
        request_type=media_type_of(exchange.request.headers, exchange.request.body),
        response_type=media_type_of(response.headers, response.body) if response else None,
        location=header(response.headers, "Location") if response else None,
        host=sys.intern(url.partition("//")[2].partition("/")[0]),
        content=_content(exchange.request.body),
        challenges=_challenges(response) if response and response.status == 401 else frozenset(),
        actions=_actions(exchange.request),
        project=sys.intern(project["id"]) if project else "",
    )


def _with_project(path: str, project: str) -> str:
    version, slash, below = path[1:].partition("/")
    return f"/{version}/{project}{slash}{below}"


def _interned(value: str | None) -> str | None:
    return None if value is None else sys.intern(value)


def _is_anonymous(exchange: Exchange) -> bool:
    # If the redaction failed, the recording has no header fields.
    headers = exchange.request.headers
    return exchange.redaction != "failed" and not any(header(headers, name) for name in _CREDENTIALS)


def _issued_token(exchange: Exchange) -> str | None:
    """Return the token that the response issues. The response to a request about a token issues none."""
    if exchange.response is None or header(exchange.request.headers, "X-Subject-Token") is not None:
        return None
    return _interned(header(exchange.response.headers, "X-Subject-Token"))


def _content(body: Body | None) -> int | None:
    """Return the hash of a body: the body itself would stay in memory for the whole run."""
    if body is None or body.omitted:
        return None
    return hash((body.json, body.text, body.base64))


def _actions(request: Request) -> frozenset[str] | None:
    """Return the keys of the JSON body of a POST request: they distinguish the actions of one path."""
    if request.method.upper() != "POST" or request.body is None or request.body.omitted:
        return None
    content = json_content(request.body)
    return frozenset(map(sys.intern, content)) if isinstance(content, dict) else None


def _receiver(exchange: Exchange, catalogue: Catalogue, path: str) -> tuple[str, str]:
    """Return the receiver of a request and its mount.

    A recording of an earlier version, or a user's map, may have another name for an identity provider.
    """
    if exchange.receiver == IDENTITY_PROVIDER or (
        not is_known(exchange.receiver) and is_for_identity_provider(exchange.request)
    ):
        return IDENTITY_PROVIDER, identity_provider_mount(path)
    return exchange.receiver, catalogue.mount(exchange.request.url)


def _challenges(response: Response) -> frozenset[str]:
    values = (
        value
        for name, field in response.headers.items()
        if name.lower() == "www-authenticate"
        for value in ([field] if isinstance(field, str) else field)
    )
    schemes = {part.split()[0].lower() for value in values for part in value.split(",") if part.strip()}
    return frozenset(schemes | {name.lower() for name in response.headers})
