"""The data of the embedded clouds (``releases.yaml``) as typed, immutable values."""

from __future__ import annotations

import string
from functools import cache
from importlib import resources
from itertools import chain
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

import msgspec

from tracer.errors import CloudError, InputError
from tracer.formats import yaml_text
from tracer.formats.data_files import typed
from tracer.releases import canonical, meant

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = [
    "ALL",
    "Catalog",
    "ClientPackages",
    "CloudRelease",
    "CloudService",
    "Environment",
    "FurtherServices",
    "Limits",
    "SeedRequest",
    "Selection",
    "catalog",
    "load",
    "release",
    "releases",
    "select",
    "selectable",
]

PLACEHOLDERS = frozenset({
    "adapters", "admin_password", "endpoint_id", "etc", "home", "identity_url", "password", "region", "url",
})  # fmt: skip

ALL = "all"
"""The name that selects all services of a release."""

Day = Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d{2}-\d{2}$(?!\n)")]
PythonVersion = Annotated[str, msgspec.Meta(pattern=r"^3\.\d+$(?!\n)")]
Mount = Annotated[str, msgspec.Meta(pattern=r"^/[a-z0-9-]+$(?!\n)")]
UrlPath = Annotated[str, msgspec.Meta(pattern=r"^(/([a-z0-9.-]+|([A-Z]+_)?\$\(project_id\)s))*$(?!\n)")]
Target = Annotated[str, msgspec.Meta(pattern=r"^[\w.]+:\w+$(?!\n)")]


class _Data(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    pass


class Limits(_Data, frozen=True, kw_only=True):
    """The quotas of a service in Keystone (unified limits).

    ``defaults`` has the default limit of each resource. ``files`` has text that is appended to configuration
    files of the service, so that the service asks for the limits.
    """

    defaults: dict[str, int]
    files: dict[str, str]


class SeedRequest(_Data, frozen=True, kw_only=True):
    """A request of the admin to a service of a new cloud, such as the creation of a network.

    ``path`` follows the URL in the catalogue. ``service`` is the receiver, by default the service with the
    request. ``keep`` names values of the response by their dotted path (``network.id``). Texts of later
    requests contain them as ``{name}``.
    """

    method: Literal["GET", "POST", "PUT"] = "POST"
    path: str
    service: str | None = None
    body: dict[str, Any] | None = None
    keep: dict[str, str] = {}


class CloudService(_Data, frozen=True, kw_only=True):
    """An OpenStack service: its configuration, its initialisation, and its WSGI application.

    ``package`` is the name of its package, by default the name of the service. ``requires`` lists services
    that start with it. Its URL in the catalogue is ``mount`` and ``path``.

    ``app`` is ``module:function``; the function returns the WSGI application. With ``serial``, a thread of
    its own loads the application and processes the requests one at a time. With ``locked``, the main thread
    loads the application, and threads process the requests one at a time.

    ``initialise`` is a list of command lines. They run in the service's environment
    with the variables of ``secret_environment``. ``catalogue`` is the database with the service catalogue,
    ``user`` the account of the service at Keystone, and ``roles`` are its roles in the project ``service``.
    ``limits`` are registered always, and used only by a cloud that runs with limits. ``seed`` is what a
    cloud contains when it is up. ``quiet`` is text for configuration files, by name, with which the service
    sends no requests without a cause.
    """

    type: str
    mount: Mount
    path: UrlPath = ""
    package: str | None = None
    requires: list[str] = []
    app: Target
    serial: bool = False
    locked: bool = False
    user: str | None = None
    roles: tuple[str, ...] = ("admin",)
    environment: dict[str, str] = {}
    databases: list[str] = []
    catalogue: str | None = None
    files: dict[str, str] = {}
    copied: dict[str, str] = {}
    folders: list[str] = []
    initialise: list[Annotated[list[str], msgspec.Meta(min_length=1)]] = []
    secret_environment: dict[str, str] = {}
    limits: Limits | None = None
    seed: list[SeedRequest] = []
    quiet: dict[str, str] = {}

    def texts(self) -> list[str]:
        """Return all texts that may contain placeholders."""
        maps = (self.environment, self.files, self.copied, self.secret_environment, *self.appendices())
        words = [word for line in self.initialise for word in line]
        return [text for mapping in maps for text in mapping.values()] + words

    def appendices(self, *, limits: bool = True, quiet: bool = True) -> list[dict[str, str]]:
        """Return the texts that these options of a cloud append to configuration files, by file."""
        return [*([self.limits.files] if self.limits and limits else []), *([self.quiet] if quiet else [])]


class Environment(_Data, frozen=True, kw_only=True):
    """The rules for the resolution of packages on some versions of Python.

    ``exclude_newer`` is the last day of packages; packages in ``newer`` have days of their own. ``add`` holds
    additional requirements, and ``without`` requirements of packages that are not installed.
    """

    python: Annotated[list[PythonVersion], msgspec.Meta(min_length=1)]
    exclude_newer: Day
    add: list[str] = []
    without: list[str] = []
    newer: dict[str, Day] = {}


class PackageRules(_Data, frozen=True, kw_only=True):
    """Rules for several environments, with the fields of ``Environment``."""

    add: list[str] = []
    without: list[str] = []
    newer: dict[str, Day] = {}

    def into(self, own: Environment) -> Environment:
        """Return the environment with these rules added. For ``newer``, its own days take precedence."""
        return msgspec.structs.replace(
            own,
            add=[*self.add, *own.add],
            without=[*self.without, *own.without],
            newer={**self.newer, **own.newer},
        )


class Defaults(PackageRules, frozen=True, kw_only=True):
    """Rules for all environments. ``client`` are additional rules for those of clients."""

    client: PackageRules = PackageRules()


Environments = Annotated[list[Environment], msgspec.Meta(min_length=1)]


class ClientPackages(_Data, frozen=True, kw_only=True):
    """The ``openstack`` command of a release: its packages with their versions."""

    packages: dict[str, str]
    environments: Environments


class FurtherServices(_Data, frozen=True, kw_only=True):
    """The services of a release that start only on request: versions by name in the order of their start.

    ``environments`` are those of several services of the release together (``select``).
    """

    services: Annotated[dict[str, str], msgspec.Meta(min_length=1)]
    environments: Environments


class CloudRelease(_Data, frozen=True, kw_only=True):
    """An OpenStack release: its services in the order of their start, with versions, and its client.

    ``services`` start in every cloud. ``environments`` are their possible environments in order of
    preference. ``schemas`` are packages with further schemas of the services, with versions: they are in an
    environment of their own, with the rules of ``environments``.
    """

    name: str
    services: Annotated[dict[str, str], msgspec.Meta(min_length=1)]
    environments: Environments
    further: FurtherServices | None = None
    client: ClientPackages
    schemas: dict[str, str] = {}

    @property
    def versions(self) -> dict[str, str]:
        """Return the versions of all services by name, in the order of their start."""
        return {**self.services, **(self.further.services if self.further else {})}

    def completed(self, defaults: Defaults) -> CloudRelease:
        """Return the release with ``defaults`` in all its environments."""
        own = _all(defaults.client, self.client.environments)
        client = msgspec.structs.replace(self.client, environments=_all(defaults, own))
        further = self.further and msgspec.structs.replace(
            self.further, environments=_all(defaults, self.further.environments)
        )
        return msgspec.structs.replace(
            self, client=client, further=further, environments=_all(defaults, self.environments)
        )


def _all(defaults: PackageRules, environments: list[Environment]) -> list[Environment]:
    return [defaults.into(environment) for environment in environments]


class Selection(NamedTuple):
    """Services of a release that start together, and what they are installed from.

    ``packages`` has the versions by name of the package.
    """

    services: dict[str, CloudService]
    packages: dict[str, str]
    environments: list[Environment]


class Catalog(_Data, frozen=True, kw_only=True):
    """The content of the file: services and releases by name, and the packages of the HTTP server.

    ``groups`` lists services by a name that selects them (``tracer cloud up --services``).
    """

    services: dict[str, CloudService]
    groups: dict[str, list[str]] = {}
    server: dict[str, str]
    releases: dict[str, CloudRelease]


def load(text: str, source: str) -> Catalog:
    """Read ``text`` as releases.yaml. Raise InputError, with ``source`` and location, if it is not valid."""
    raw = yaml_text.load(text, source)
    top = _mapping(raw, source, "")
    if unknown := top.keys() - {"services", "groups", "server", "defaults", "releases"}:
        raise InputError(source, f"unknown key {min(unknown)!r}")
    services = {
        name: typed(value, CloudService, source, f"services.{name}")
        for name, value in _mapping(top.get("services"), source, "services").items()
    }
    defaults = typed(top.get("defaults", {}), Defaults, source, "defaults")
    releases = {
        name: typed(_named(value, name, source), CloudRelease, source, f"releases.{name}").completed(defaults)
        for name, value in _mapping(top.get("releases"), source, "releases").items()
    }
    server = typed(top.get("server", {}), dict[str, str], source, "server")
    groups = typed(top.get("groups", {}), dict[str, list[str]], source, "groups")
    catalog = Catalog(services=services, groups=groups, server=server, releases=releases)
    _check(catalog, source)
    return catalog


@cache
def catalog() -> Catalog:
    """Return the content of the releases.yaml that ships with tracer."""
    file = resources.files(__package__) / "releases.yaml"
    return load(file.read_text(encoding="utf-8"), "releases.yaml")


def releases() -> dict[str, CloudRelease]:
    """Return all known releases by name, oldest first."""
    return dict(catalog().releases)


def release(name: str) -> CloudRelease:
    """Return the release with any of its names. Raise CloudError, with the known names, for others."""
    try:
        return catalog().releases[canonical(name)]
    except KeyError:
        names = ", ".join(catalog().releases)
        hint = f" did you mean {code_name}?" if (code_name := meant(name)) else ""
        raise CloudError(f"unknown release {name!r};{hint} known: {names}") from None


def select(release: CloudRelease, names: Sequence[str] = (), *, known: Catalog | None = None) -> Selection:
    """Return the services of every cloud of ``release``, and those that ``names`` select.

    A name is that of a group or of a service, or ``ALL``. Services that these require are selected, too.
    Raises CloudError if a name is unknown, or if the release does not have all of its services.
    """
    known = known or catalog()
    wanted = set(release.services)
    for name in names:
        wanted |= _required(known, _members(known, release, name))
        if missing := wanted - release.versions.keys():
            able = [other.name for other in known.releases.values() if not wanted - other.versions.keys()]
            hint = f"; releases with {name}: {', '.join(able)}" if able else ""
            raise CloudError(
                f"{release.name} has not all services for {name} in this version: "
                f"{', '.join(sorted(missing))}{hint}"
            )
    chosen = {name: known.services[name] for name in release.versions if name in wanted}
    further = release.further if chosen.keys() - release.services.keys() else None
    versions = _installed_together(known, release, chosen) if further else release.services
    packages = {known.services[name].package or name: version for name, version in versions.items()}
    environments = further.environments if further else release.environments
    return Selection(chosen, {**packages, **known.server}, environments)


def selectable(release: CloudRelease, *, known: Catalog | None = None) -> list[str]:
    """Return the names that select further services of the release: groups, and services of no group.

    A group is left out if the release does not have all of its services, and those that they require.
    """
    known = known or catalog()
    sets = {name: _required(known, members) for name, members in known.groups.items()}
    whole = {name: services for name, services in sets.items() if services <= release.versions.keys()}
    grouped = set().union(release.services, *whole.values())
    return [*whole, *(name for name in release.versions if name not in grouped)]


def _installed_together(
    catalog: Catalog, release: CloudRelease, chosen: Mapping[str, CloudService]
) -> dict[str, str]:
    """Return the services in the environment of the further services ``chosen``, with their versions.

    The services of all groups are in one environment, as they share most packages. The other services are in
    a second one, with all services of the release, so that their packages do not burden the groups.
    """
    grouped = _required(catalog, chain(release.services, *catalog.groups.values()))
    if chosen.keys() - grouped:
        return release.versions
    return {name: version for name, version in release.versions.items() if name in grouped}


def _members(catalog: Catalog, release: CloudRelease, name: str) -> Iterable[str]:
    if name == ALL:
        return release.versions
    if name in catalog.groups:
        return catalog.groups[name]
    if name not in catalog.services:
        names = ", ".join([*catalog.groups, ALL, *catalog.services])
        raise CloudError(f"unknown services {name!r}; known: {names}")
    return [name]


def _required(catalog: Catalog, names: Iterable[str]) -> set[str]:
    found: set[str] = set()
    left = set(names)
    while left:
        found |= left
        left = {name for known in left for name in catalog.services[known].requires} - found
    return found


def _mapping(value: object, source: str, location: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InputError(source, f"expected a mapping, got {type(value).__name__}", location)
    for key in value:
        if not isinstance(key, str):
            raise InputError(source, f"expected a text as key, got {key!r} (quote it)", location)
    return value


def _named(value: object, name: str, source: str) -> dict[str, Any]:
    fields = _mapping(value, source, f"releases.{name}")
    if "name" in fields:
        raise InputError(source, "unknown key 'name'", f"releases.{name}")
    return {"name": name, **fields}


def _check(catalog: Catalog, source: str) -> None:
    for name, service in catalog.services.items():
        for text in service.texts():
            _check_placeholders(text, source, f"services.{name}")
        _check_known(catalog, service.requires, source, f"services.{name}.requires")
        for file in (file for appendix in service.appendices() for file in appendix):
            if file not in service.files:
                raise InputError(source, f"text for {file!r}, which is not in files", f"services.{name}")
    for name, members in catalog.groups.items():
        _check_known(catalog, members, source, f"groups.{name}")
    for name, cloud_release in catalog.releases.items():
        location = f"releases.{name}.services"
        _check_known(catalog, cloud_release.services, source, location)
        if cloud_release.further:
            further = f"releases.{name}.further.services"
            _check_known(catalog, cloud_release.further.services, source, further)
        types = [catalog.services[service_name].type for service_name in cloud_release.services]
        if "identity" not in types:
            raise InputError(source, "no service of type identity", location)


def _check_known(catalog: Catalog, names: Iterable[str], source: str, location: str) -> None:
    for name in names:
        if name not in catalog.services:
            raise InputError(source, f"unknown service {name!r}", location)


def _check_placeholders(text: str, source: str, location: str) -> None:
    try:
        fields = {field for _, field, _, _ in string.Formatter().parse(text) if field is not None}
    except ValueError as error:
        raise InputError(source, f"{error} in {text.strip()[:60]!r}", location) from None
    if unknown := fields - PLACEHOLDERS:
        raise InputError(source, f"unknown placeholder {{{min(unknown)}}}", location)
