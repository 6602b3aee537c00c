"""The initialised state of a release. A template is made once, and copied for every start.

A template contains no ports. The URLs in its service catalogue are below ``.invalid`` (RFC 6761). A copy has
the real URLs in its catalogue, and new configuration files.
"""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from tracer import storage
from tracer.cloud import environments, service_processes
from tracer.cloud.cache import Progress, locked, private_folder
from tracer.cloud.passwords import generate, is_safe
from tracer.errors import CloudError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracer.cloud.environments import Built
    from tracer.cloud.release_data import CloudRelease, CloudService

__all__ = [
    "ADMIN",
    "REGION",
    "Site",
    "copy",
    "exists",
    "passwords",
    "placeholder_url",
    "template",
    "template_path",
]

ADMIN = "admin"
REGION = "RegionOne"
SECRETS = "secrets.json"
ADAPTERS = Path(__file__).with_name("adapters")
REGISTER = Path(__file__).with_name("register.py")

_OWN = "{adapters}/"
"""The beginning of a command's word that names a program of this package."""


@dataclass(frozen=True, slots=True)
class Site:
    """The folder of a cloud, with its services in order, their URLs, environment and passwords.

    With ``limits``, services ask Keystone for quotas (unified limits). With ``quiet``, services send no
    requests without a cause.
    """

    home: Path
    services: Mapping[str, CloudService]
    urls: Mapping[str, str]
    built: Built
    passwords: Mapping[str, str]
    limits: bool = False
    quiet: bool = False

    def folder(self, name: str) -> Path:
        """Return the folder of the service ``name``."""
        return self.home / name

    @property
    def identity(self) -> str:
        """Return the name of the identity service."""
        return next(name for name, service in self.services.items() if service.type == "identity")

    def filled(self, text: str, name: str, endpoint_id: str = "") -> str:
        """Return ``text`` with values for the placeholders of the service ``name``."""
        return text.format(
            adapters=ADAPTERS,
            endpoint_id=endpoint_id,
            home=self.folder(name),
            etc=self.built.etc,
            url=self.urls[name],
            identity_url=self.urls[self.identity],
            password=self.passwords.get(name, ""),
            admin_password=self.passwords[ADMIN],
            region=REGION,
        )

    def environment(self, name: str) -> dict[str, str]:
        """Return the environment variables of the service ``name``."""
        own = {key: self.filled(text, name) for key, text in self.services[name].environment.items()}
        return {**environments.own_environment(self.built, self.folder(name)), **own}

    def configure(self) -> None:
        """Write the folders and configuration files of every service, readable only for their owner."""
        for name, service in self.services.items():
            home = private_folder(self.folder(name))
            for folder in service.folders:
                private_folder(home / folder)
            endpoint_id = self._endpoint_id(service) if self.limits and service.limits else ""
            appendices = service.appendices(limits=self.limits, quiet=self.quiet)
            for target, text in service.files.items():
                whole = text + "".join(appendix.get(target, "") for appendix in appendices)
                storage.write_private(home / target, self.filled(whole, name, endpoint_id))
            for target, source in service.copied.items():
                storage.write_private(home / target, Path(self.filled(source, name)).read_bytes())

    def _endpoint_id(self, service: CloudService) -> str:
        """Return the ID of the service's endpoint in the copied catalogue."""
        database = self.folder(self.identity) / (self.services[self.identity].catalogue or "")
        query = "SELECT endpoint.id FROM endpoint JOIN service ON service.id = service_id WHERE type = ?"
        with closing(sqlite3.connect(database)) as connection:
            return str(connection.execute(query, (service.type,)).fetchone()[0])


def placeholder_url(name: str, service: CloudService) -> str:
    """Return the URL of the service in a template."""
    return f"http://{name}.invalid{service.mount}{service.path}"


def passwords(home: Path) -> dict[str, str]:
    """Return the passwords in a template or a copy, by user. Raise CloudError if they cannot be read."""
    try:
        return msgspec.json.decode((home / SECRETS).read_bytes(), type=dict[str, str])
    except (OSError, UnicodeDecodeError, RecursionError, msgspec.DecodeError) as error:
        raise CloudError(f"cannot read {home / SECRETS}: {error}") from None


def template_path(
    release: CloudRelease, services: Mapping[str, CloudService], built: Built, cache: Path
) -> Path:
    """Return the path for the template of the release, which need not exist."""
    return cache / "templates" / f"{release.name}-{_key(services, built)}"


def exists(path: Path) -> bool:
    """Return whether ``path`` is a template with passwords that are safe to use."""
    with suppress(CloudError):
        return all(map(is_safe, passwords(path).values()))
    return False


def template(
    release: CloudRelease, services: Mapping[str, CloudService], built: Built, cache: Path, progress: Progress
) -> Path:
    """Return the folder of the release's template. Make the template if it is missing or unsafe.

    A template of an earlier version may have passwords that are not safe to use. Raises CloudError if a
    command fails.
    """
    path = template_path(release, services, built, cache)
    with locked(cache, path.name, progress):
        if not exists(path):
            progress(f"preparing the databases of {release.name} (first time only)")
            partial = path.with_name(f"{path.name}.partial")
            for leftover in (path, partial):
                if leftover.exists():
                    shutil.rmtree(leftover)
            _initialise(partial, services, built, cache / "logs" / f"{path.name}.log")
            partial.rename(path)
    return path


def copy(source: Path, site: Site) -> None:
    """Copy a template to the site, with the URLs of the site in the catalogue and the configuration."""
    shutil.copytree(source, site.home)
    site.configure()
    for name, service in site.services.items():
        if service.catalogue:
            _replace_urls(site.folder(name) / service.catalogue, site)


def _key(services: Mapping[str, CloudService], built: Built) -> str:
    content = msgspec.json.encode([built.path.name, dict(services)], order="sorted")
    words = [word for service in services.values() for line in service.initialise for word in line]
    own = [ADAPTERS / word.removeprefix(_OWN) for word in words if word.startswith(_OWN)]
    programs = b"".join(path.read_bytes() for path in (REGISTER, *own))
    return hashlib.sha256(content + programs).hexdigest()[:12]


def _initialise(home: Path, services: Mapping[str, CloudService], built: Built, log: Path) -> None:
    log.unlink(missing_ok=True)
    private_folder(home)
    generated = {name: generate() for name in (ADMIN, *services)}
    storage.write_private(home / SECRETS, msgspec.json.encode(generated).decode())
    urls = {name: placeholder_url(name, service) for name, service in services.items()}
    site = Site(home, services, urls, built, generated)
    site.configure()
    for name, service in services.items():
        for database in service.databases:
            _pragma(site.folder(name) / database, "journal_mode=WAL")
    chains = [
        [_command(site, name, line, log) for line in service.initialise] for name, service in services.items()
    ]
    service_processes.run_together(chains, "preparing the databases")
    service_processes.run(_registration(site, log), "registering the services at Keystone")
    for name, service in services.items():
        for database in service.databases:
            _pragma(site.folder(name) / database, "wal_checkpoint(TRUNCATE)")


def _command(site: Site, name: str, line: list[str], log: Path) -> service_processes.LoggedCommand:
    service = site.services[name]
    hidden = {key: site.filled(text, name) for key, text in service.secret_environment.items()}
    program, *words = (site.filled(word, name) for word in line)
    return service_processes.LoggedCommand(
        [str(site.built.command(program)), *words],
        {**site.environment(name), **hidden},
        log.with_name(f"{log.stem}.{name}.log"),
        site.folder(name),
    )


def _registration(site: Site, log: Path) -> service_processes.LoggedCommand:
    orders = {
        "user": ADMIN,
        "password": site.passwords[ADMIN],
        "region": REGION,
        "services": [
            {
                "name": name,
                "type": service.type,
                "url": site.urls[name],
                "user": service.user,
                "roles": service.roles,
                "password": site.passwords[name],
                "limits": service.limits.defaults if service.limits else {},
            }
            for name, service in site.services.items()
            if name != site.identity
        ],
    }
    identity = site.services[site.identity]
    return service_processes.LoggedCommand(
        [str(site.built.command("python")), "-I", str(REGISTER), identity.app],
        site.environment(site.identity),
        log,
        site.folder(site.identity),
        standard_input=msgspec.json.encode(orders).decode(),
    )


def _pragma(database: Path, pragma: str) -> None:
    with closing(sqlite3.connect(database)) as connection:
        connection.execute(f"PRAGMA {pragma}")
    database.chmod(0o600)


def _replace_urls(database: Path, site: Site) -> None:
    with closing(sqlite3.connect(database)) as connection, connection:
        for name, service in site.services.items():
            old, new = placeholder_url(name, service), site.urls[name]
            connection.execute("UPDATE endpoint SET url = replace(url, ?, ?)", (old, new))
