"""Senders and receivers of exchanges, never guessed from a port number alone."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from tracer.model import Exchange, header
from tracer.runs.participant_map import CLIENT
from tracer.sequences import asks_for_token, calls_openstack, known_words, program_of, subcommand_words
from tracer.sequences.catalogue import Catalogue, participant_label
from tracer.sequences.identity_providers import IDENTITY_PROVIDER, is_for_identity_provider
from tracer.urls import authority, origin, path_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracer.runs.participant_map import ParticipantMap

__all__ = ["CLIENT", "client_agent", "client_label", "named_by_agent", "resolve"]


_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_IDENTITY_TYPE = "application/vnd.openstack.identity-v"
_CHALLENGE = re.compile(r"Keystone\s+uri=[\"']?(https?://[^\s\"',]+)", re.IGNORECASE)


@lru_cache(maxsize=256)
def named_by_agent(user_agent: str) -> str | None:
    """Return the service that a User-Agent names (``glance-api keystonemiddleware…``), None for a client."""
    first = re.split(r"[-_/ .]", user_agent, maxsplit=1)[0].lower()
    return first if participant_label(first) != first else None


def resolve(
    exchanges: Sequence[Exchange], configured: ParticipantMap, command: str | None = None
) -> tuple[list[str], dict[str, str]]:
    """Return the receiver of each exchange, and the label of each participant.

    The sources, in this order: the service catalogue that the run received, the mount path, the
    configured map, signs of Keystone without a path (``_signs_of_keystone``), the login of ``command`` at a
    cloud that does not answer. An unknown receiver of a federated login is the identity provider. Any other
    unknown receiver gets a name by its order of appearance (``service-1``), and its host as label.
    """
    catalogue = Catalogue.from_exchanges(exchanges)
    login = Catalogue([*_signs_of_keystone(exchanges), *_unanswered_login(exchanges, command)])
    redirected: dict[str, str] = {}
    strangers: dict[str, str] = {}
    identity_providers = {
        _host(exchange) for exchange in exchanges if is_for_identity_provider(exchange.request)
    }
    labels: dict[str, str] = {}
    receivers = []
    for exchange in exchanges:
        receiver = _receiver(exchange.request.url, catalogue, configured, login)
        # A redirect may lead to a host that no catalogue names.
        receiver = receiver or redirected.get(exchange.request.url.rstrip("/"))
        if receiver is None:
            host = _host(exchange)
            if host in identity_providers:
                receiver = IDENTITY_PROVIDER
            else:
                receiver = strangers.setdefault(host, f"service-{len(strangers) + 1}")
                labels.setdefault(receiver, host)
        for name in (exchange.sender, receiver):
            labels.setdefault(name, participant_label(name))
        receivers.append(receiver)
        target = _redirect_target(exchange)
        if target:
            redirected[target] = receiver
    return receivers, labels


def client_label(agent: str, command: str | None, *, is_openstack: bool) -> str:
    """Return the label of the client: ``openstack-client``, else the program of the User-Agent ``agent``.

    The client is ``openstack`` if ``command`` calls it. If the command is not known, ``is_openstack`` says
    so, by other evidence. Without a User-Agent, the label is ``client``.
    """
    is_openstack = calls_openstack(command) if command else is_openstack
    return participant_label(CLIENT) if is_openstack else program_of(agent) or CLIENT


def client_agent(exchanges: Sequence[Exchange]) -> str:
    """Return the longest User-Agent of the client, as it names the most components; empty without any."""
    agents = {header(e.request.headers, "User-Agent") or "" for e in exchanges if e.sender == CLIENT}
    return max(agents, key=len, default="")


def _redirect_target(exchange: Exchange) -> str:
    """Return the URL to which the response redirects, without a slash at the end; empty for no redirect."""
    response = exchange.response
    location = header(response.headers, "Location") if response and response.status in _REDIRECTS else None
    try:
        return urljoin(exchange.request.url, location).rstrip("/") if location else ""
    except ValueError:
        return ""


def _signs_of_keystone(exchanges: Sequence[Exchange]) -> Iterator[tuple[str, str]]:
    """Yield Keystone with its URLs, as far as requests and responses show them without a service catalogue.

    The signs are a login, also a refused one; the media type of the Identity API in the answer to discovery;
    and a service's request for a token of Keystone (``WWW-Authenticate: Keystone uri="URL"``).
    """
    for exchange in exchanges:
        url, response = exchange.request.url, exchange.response
        if asks_for_token(exchange.request.method, path_of(url)):
            yield "keystone", url
        if response is None:
            continue
        is_discovery = exchange.request.method == "GET" and not header(
            exchange.request.headers, "X-Auth-Token"
        )
        if is_discovery and response.body and _IDENTITY_TYPE in (response.body.json or ""):
            yield "keystone", url
        challenge = _CHALLENGE.match(header(response.headers, "WWW-Authenticate") or "")
        if challenge:
            yield "keystone", challenge[1]


def _unanswered_login(exchanges: Sequence[Exchange], command: str | None) -> list[tuple[str, str]]:
    """Return Keystone with its URL if the first request of an ``openstack`` command failed at the server.

    Each command begins at the URL of its login, unless an option names the endpoint of a service. For an
    unreachable https cloud, a proxy sees only the host and the port: no path names the service.
    """
    if not command or "--os-endpoint" in command or not known_words(subcommand_words(command)):
        return []
    first = next((exchange for exchange in exchanges if exchange.sender == CLIENT), None)
    if first is None or header(first.request.headers, "X-Auth-Token"):
        return []
    # A proxy in front of Keystone answers with a 5xx status if Keystone is down.
    if first.response is not None and first.response.status < 500:
        return []
    return [("keystone", first.request.url)]


def _host(exchange: Exchange) -> str:
    url_origin = origin(exchange.request.url)
    return authority(url_origin) if url_origin else _host_text(exchange.request.url)


def _host_text(url: str) -> str:
    # An invalid URL still needs a name in the diagram: the text of its host.
    return url.partition("://")[2].partition("/")[0].partition("?")[0].rpartition("@")[2].lower() or url


def _receiver(url: str, catalogue: Catalogue, configured: ParticipantMap, login: Catalogue) -> str | None:
    service = catalogue.service(url)
    if service:
        return service[0]
    # Last, because it is only an assumption that this request is a login.
    supposed = login.service(url)
    return configured.receiver(url) or (supposed[0] if supposed else None)
