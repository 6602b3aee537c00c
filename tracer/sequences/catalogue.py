"""The service at a URL, and the path at which that service is mounted.

The port decides nothing. The service catalogue in the token responses has precedence, then the first
segment of the path, under which devstack mounts each service. The catalogue is input from a server:
parts of a wrong type are ignored.
"""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from tracer.formats.data_files import read_rules
from tracer.sequences.templates import normal
from tracer.sequences.token_requests import is_token_path
from tracer.urls import origin, path_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tracer.model import Exchange

__all__ = [
    "Catalogue", "Service", "is_asynchronous", "is_known", "participant_label", "participant_of_type",
    "service_of", "usual_mount", "version_in_paths", "well_known",
]  # fmt: skip

_SERVICES = Path(__file__).parent / "services.yaml"
_VERSION_SEGMENT = re.compile(r"/v\d+(\.\d+)?(?=/|$)")
_TYPE = re.compile(r"[a-z][a-z0-9-]{0,39}")
_CLIENT = ("client", "openstack-client")


class Service(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A service of ``services.yaml``: its label, its service types, and its first path segments.

    ``version`` is the version in the paths of requests, if the API reference leaves it out: ``/v2.1``.
    ``asynchronous`` says that the service goes on with changes after its response.
    """

    label: str
    types: list[str] = []
    mounts: list[str] = []
    version: str = ""
    asynchronous: bool = False


class _Services(NamedTuple):
    labels: dict[str, str]
    versions: dict[str, str]
    by_type: dict[str, str]
    by_mount: dict[str, str]
    asynchronous: frozenset[str]


class _Address(NamedTuple):
    """The parts of a URL: (host, port), and the path without repeated or trailing slashes."""

    origin: tuple[str, int]
    path: str


@functools.cache
def _services() -> _Services:
    services: dict[str, Service] = {}
    for file in reversed(read_rules(_SERVICES, dict[str, Service], named=True)):
        # The last service of a type or a mount decides, so a replaced service does not stay in its position.
        services = {name: service for name, service in services.items() if name not in file} | file
    return _Services(
        labels={name: service.label for name, service in services.items()},
        versions={name: service.version for name, service in services.items()},
        by_type={kind: name for name, service in services.items() for kind in service.types},
        by_mount={f"/{mount}": name for name, service in services.items() for mount in service.mounts},
        asynchronous=frozenset(name for name, service in services.items() if service.asynchronous),
    )


def participant_label(participant: str) -> str:
    """Return the label of a participant: ``glance-api`` for ``glance``.

    The participant ``client`` has the label ``openstack-client``.
    """
    name, label = _CLIENT
    return label if participant == name else _services().labels.get(participant, participant)


def is_known(participant: str) -> bool:
    """Return whether ``services.yaml`` has the participant."""
    return participant in _services().labels


def service_of(participant: str) -> str:
    """Return the service of a participant: ``nova`` of its process ``nova-compute``, ``nova`` of itself.

    Return an unknown participant as it is.
    """
    service = participant.partition("-")[0]
    return service if is_known(service) and not is_known(participant) else participant


def participant_of_type(service_type: str) -> str:
    """Return the participant of a service type, ``glance`` for ``image``.

    Return an empty string for an unknown type.
    """
    return _services().by_type.get(service_type, "")


def is_asynchronous(participant: str) -> bool:
    """Return whether a service goes on with changes after its response, as Nova builds a server."""
    return participant in _services().asynchronous


def version_in_paths(participant: str) -> str:
    """Return the version in the paths of a service whose API reference leaves it out, ``/v2.1`` for ``nova``.

    Return an empty string for other services.
    """
    return _services().versions.get(participant, "")


def usual_mount(participant: str) -> str:
    """Return the path at which devstack mounts a service, ``/identity`` for ``keystone``.

    Return an empty string for an unknown service.
    """
    return next((mount for mount, name in _services().by_mount.items() if name == participant), "")


def well_known(url: str) -> tuple[str, str] | None:
    """Return the (participant, mount) that the first segment of the URL's path names, such as ``/image``.

    Return None for an unknown segment.
    """
    address = _parse_address(url)
    if address is None:
        return None
    mount = "/" + address.path[1:].partition("/")[0]
    participant = _services().by_mount.get(mount)
    return (participant, mount) if participant else None


class Catalogue:
    """The endpoints in the token responses of a run, and the mounts of the services that issued tokens."""

    def __init__(self, endpoints: Iterable[tuple[str, str]] = ()) -> None:
        """Index ``endpoints``: pairs of a participant and the URL of an endpoint, with or without version."""
        self._mounts: dict[tuple[str, int], dict[str, str]] = {}
        self._names: dict[str, str] = {}
        for participant, url in endpoints:
            self._add(participant, url)

    @classmethod
    def from_exchanges(cls, exchanges: Iterable[Exchange]) -> Catalogue:
        """Return the catalogue of a run from all its token responses. The exchanges need no labels."""
        endpoints: list[tuple[str, str]] = []
        issuers: list[tuple[str, str]] = []
        for exchange in exchanges:
            address = _parse_address(exchange.request.url)
            if address is None or not is_token_path(address.path) or exchange.response is None:
                continue
            if exchange.response.status == 201:
                issuers.append(("keystone", exchange.request.url))
            body = exchange.response.body
            if body is not None and body.json is not None:
                endpoints += _endpoints(body.json)
        return cls(endpoints + issuers)

    def __bool__(self) -> bool:
        """Return whether any endpoint is known."""
        return bool(self._mounts)

    def service(self, url: str) -> tuple[str, str] | None:
        """Return the participant at ``url`` and its mount (``""`` for the root of the host).

        Return None if neither the catalogue nor the path names a participant.
        """
        address = _parse_address(url)
        if address is None:
            return None
        here = self._mounts.get(address.origin, {})
        mount = _longest(here, address.path)
        if mount:
            return here[mount], mount
        usual = well_known(url)
        if usual:
            return usual
        if mount is not None:
            return here[mount], mount
        # The host may have another name. A mount other than the root still identifies the service.
        elsewhere = _longest(self._names, address.path)
        return (self._names[elsewhere], elsewhere) if elsewhere else None

    def mount(self, url: str) -> str:
        """Return the mount of the service at ``url``, also for an unknown service.

        For an unknown service, the mount is the path before the version, or empty without a version.
        """
        service = self.service(url)
        if service:
            return service[1]
        address = _parse_address(url)
        version = _VERSION_SEGMENT.search(address.path) if address else None
        return address.path[: version.start()] if address and version else ""

    def _add(self, participant: str, url: str) -> None:
        address = _parse_address(url)
        if address is None:
            return
        version = _VERSION_SEGMENT.search(address.path)
        mount = address.path[: version.start()] if version else address.path.removesuffix("/")
        self._mounts.setdefault(address.origin, {}).setdefault(mount, participant)
        if mount:
            self._names.setdefault(mount, participant)


def _parse_address(url: str) -> _Address | None:
    parsed = origin(url)
    return _Address((parsed.host, parsed.port), normal(path_of(url))) if parsed else None


def _longest(mounts: dict[str, str], path: str) -> str | None:
    """Return the longest of ``mounts`` that is equal to ``path`` or above it, or None."""
    end = len(path)
    while end > 0:
        if path[:end] in mounts:
            return path[:end]
        end = path.rfind("/", 0, end)
    return "" if "" in mounts else None


def _endpoints(json_text: str) -> Iterator[tuple[str, str]]:
    """Yield participants with URLs from the body of a token response (``token.catalog``, Identity API v3)."""
    try:
        body = msgspec.json.decode(json_text)
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        return
    for service in _list(_dict(_dict(body).get("token")).get("catalog")):
        kind = _dict(service).get("type")
        if not isinstance(kind, str) or not _TYPE.fullmatch(kind.replace("_", "-")):
            continue
        participant = _services().by_type.get(kind, kind.replace("_", "-"))
        for endpoint in _list(_dict(service).get("endpoints")):
            url = _dict(endpoint).get("url")
            if isinstance(url, str):
                yield participant, url


def _dict(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
