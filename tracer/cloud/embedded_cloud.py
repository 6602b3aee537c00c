"""The life cycle of an embedded cloud, and the environment of its clients."""

from __future__ import annotations

import os
import shutil
import time
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from tracer import storage
from tracer.cloud import (
    clients,
    demo_image,
    environments,
    seeding,
    service_processes,
    services,
    state,
    tracing,
)
from tracer.cloud.cache import Progress, folder, locked, private_folder, silent
from tracer.cloud.release_data import CloudRelease, CloudService, Selection, catalog, release, select
from tracer.cloud.services import HOST, FaultKind, ProcessFault, ServiceProcess
from tracer.cloud.started import FOLDER, NOTE
from tracer.errors import CloudError
from tracer.processes import identify
from tracer.urls import base, hostname

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from tracer.cloud.environments import Built

__all__ = ["EmbeddedCloud", "Running"]

TRACER_TIMEOUT = 60.0


class Running(msgspec.Struct, frozen=True, kw_only=True):
    """A running cloud. ``url`` is its auth URL, and ``started`` a time (RFC 3339, UTC).

    ``tracer`` is the process that records all exchanges with the cloud and between its services, if any.
    Its URL is that of the proxy for clients. ``tracing`` is its command line. With ``limits``, services ask
    Keystone for quotas. With ``quiet``, services send no requests without a cause.
    """

    release: str
    url: str
    services: tuple[ServiceProcess, ...]
    started: str
    tracer: ServiceProcess | None = None
    tracing: tuple[str, ...] = ()
    limits: bool = False
    quiet: bool = False

    @property
    def host(self) -> str:
        """Return the IP address that the services listen on."""
        return hostname(self.url) or HOST


class EmbeddedCloud:
    """The embedded cloud of one release. Each cache folder has at most one running cloud of a release.

    ``cache`` is the cache folder, by default ``TRACER_CACHE`` or the user's cache folder. With ``apart``, the
    cloud is a separate cloud in that folder, in addition to the release's cloud in the cache folder.
    Raises CloudError for an unknown release or an unusable folder.
    """

    def __init__(self, release_name: str, cache: Path | None = None, *, apart: Path | None = None) -> None:
        self.release: CloudRelease = release(release_name)
        self.services: dict[str, CloudService] = select(self.release).services
        self._known = {name: catalog().services[name] for name in self.release.versions}
        self._cache = folder(cache)
        self._folder = (apart or self._cache / FOLDER) / self.release.name
        self._home = self._folder / "state"
        self._note = self._folder / NOTE

    def up(
        self,
        progress: Progress = silent,
        *,
        port: int | None = None,
        host: str | None = None,
        tracer: Sequence[str] = (),
        image: bool = False,
        limits: bool = False,
        quiet: bool = False,
        groups: Sequence[str] = (),
    ) -> Running:
        """Start the cloud from a new copy of its initialised state, unless it is up already.

        ``port`` is the port of the first service; the next services use the ports after it. By default, all
        ports are free ports. ``host`` is the IP address of all services, by default 127.0.0.1. ``tracer`` is
        the command line of a process that traces the cloud (``standing``) while it is up. A tracer with the
        same command line that runs already stays. With ``image``, a cloud that starts gets the demo image,
        before it is traced. With ``limits``, services ask Keystone for quotas (unified limits) before they
        create something. With ``quiet``, services have no periodic tasks that send requests. ``groups`` names
        further services to start, such as ``compute``.

        Raises CloudError if the cloud or the tracer does not start, or if either runs already with other
        options. After an error or an interruption, no new process is left.
        """
        chosen = services.address(host) if host else None
        selection = select(self.release, groups)
        with service_processes.stoppable(), locked(self._folder.parent, self.release.name, progress):
            if running := self.status():
                self._check_options(running, port, chosen, limits=limits, quiet=quiet)
                self._check_services(running, selection)
                return self._traced(running, tracer, progress)
            self._end()
            if port is not None:
                with services.sockets(list(selection.services), port, chosen or HOST):
                    progress(f"port {port} is free")
            built = self._built(progress, selection)
            source = state.template(self.release, selection.services, built, self._cache, progress)
            progress(f"starting {_listed(selection.services)} of {self.release.name}")
            try:
                site = state.Site(
                    self._home, selection.services, {}, built, state.passwords(source), limits, quiet
                )
                started = self._start(source, site, port, chosen or HOST)
                if image:
                    progress("uploading a small image")
                    self.demo_image()
                self._seed(started, progress)
                return self._traced(started, tracer, progress)
            except BaseException:
                with service_processes.unstoppable():
                    self._end()
                raise

    def down(self) -> bool:
        """End all processes of the cloud, and delete its state except the logs. Return whether it was up."""
        with service_processes.stoppable(), locked(self._folder.parent, self.release.name, silent):
            return self._end()

    def status(self) -> Running | None:
        """Return the running cloud, or None unless all services that were started run and respond."""
        running = self._read_note()
        return running if running and not self._faults(running) else None

    def faults(self) -> list[ProcessFault]:
        """Return the processes of a started cloud that do not run or do not respond."""
        running = self._read_note()
        if not running:
            return []
        lost = running.tracer and not self.proxy()
        ended = [ProcessFault("tracer", "not-running", running.tracer.log)] if running.tracer and lost else []
        return self._faults(running) + ended

    def environment(self) -> dict[str, str]:
        """Return the ``OS_…`` variables for a client. Raise CloudError if the cloud is not up."""
        running = self._read_note()
        if not running:
            name = self.release.name
            raise CloudError(f"the cloud {name} is not up; start it with: tracer cloud up {name}")
        return {
            "OS_AUTH_URL": running.url,
            "OS_IDENTITY_API_VERSION": "3",
            "OS_USERNAME": state.ADMIN,
            "OS_PASSWORD": state.passwords(self._home)[state.ADMIN],
            "OS_PROJECT_NAME": state.ADMIN,
            "OS_USER_DOMAIN_NAME": "Default",
            "OS_PROJECT_DOMAIN_NAME": "Default",
            "OS_REGION_NAME": state.REGION,
        }

    def demo_image(self) -> str:
        """Return the ID of the demo image. Upload the image if the cloud does not have it.

        Raises CloudError if the cloud is not up, or if it refuses the image.
        """
        environment = self.environment()
        running = self._read_note()
        processes = running.services if running else ()
        urls = {self._known[process.name].type: process.url for process in processes}
        return demo_image.ensure(environment, urls["image"])

    def proxy(self) -> str | None:
        """Return the URL of the proxy for clients, or None if no tracer runs with the cloud."""
        port = tracing.ports(self._home, "standing").get(tracing.CLIENT)
        return f"http://{HOST}:{port}" if port else None

    @contextmanager
    def recording(self, progress: Progress = silent) -> Iterator[dict[str, socket.socket]]:
        """Make each service send its requests to a listening socket. Yield the sockets by service.

        Waits for the end of another recording. Raises CloudError if the cloud is not up.
        """
        self.environment()
        with tracing.taken(self._home, "recording", self._names(), HOST, progress) as listening:
            yield listening

    @contextmanager
    def standing(self) -> Iterator[dict[str, socket.socket]]:
        """Yield sockets as ``recording`` does, and a socket for clients (``CLIENT``).

        While a recording is active, the services send their requests to the sockets of the recording.
        """
        names = [tracing.CLIENT, *self._names()]
        with tracing.taken(self._home, "standing", names, HOST, silent) as listening:
            yield listening

    def client(self, progress: Progress = silent, *, release: str | None = None) -> Path:
        """Return the ``openstack`` executable of ``release``, by default of the cloud's release.

        A missing client is installed. Raises CloudError for an unknown release or a failed installation.
        """
        return clients.install(release or self.release.name, progress, self._cache)

    def client_environment(
        self, base: Mapping[str, str], progress: Progress = silent, *, client: str | None = None
    ) -> dict[str, str]:
        """Return the environment ``base``, changed so that ``openstack`` uses this cloud.

        ``client`` is the release of the ``openstack`` command, by default the cloud's release. Raises
        CloudError if the cloud is not up, or if the client cannot be installed.
        """
        inherited = {name: value for name, value in base.items() if not name.startswith("OS_")}
        return clients.put_first(inherited | self.environment(), self.client(progress, release=client))

    def python(self) -> str | None:
        """Return the Python version of the services, or None if the services are not installed."""
        built = self._installed()
        return built.python if built else None

    def ready(self) -> bool:
        """Return whether services, databases and client are installed, so that a start takes seconds."""
        built = self._installed()
        prepared = built and state.exists(
            state.template_path(self.release, self.services, built, self._cache)
        )
        return bool(prepared and clients.installed(self.release, self._cache))

    def _names(self) -> list[str]:
        """Return the names of the services that were started, or else of those that start by default."""
        running = self._read_note()
        return [process.name for process in running.services] if running else list(self.services)

    def _installed(self) -> Built | None:
        chosen = select(self.release)
        return environments.finished(self.release.name, chosen.packages, chosen.environments, self._cache)

    def _built(self, progress: Progress, selection: Selection | None = None) -> Built:
        chosen = selection or select(self.release)
        return environments.build(
            self.release.name, chosen.packages, chosen.environments, self._cache, progress
        )

    def _start(self, source: Path, planned: state.Site, port: int | None, host: str) -> Running:
        """Start the services of the site ``planned``, which has no URLs yet, from the template ``source``."""
        chosen = planned.services
        logs = private_folder(self._folder / "logs")
        with services.sockets(list(chosen), port, host) as listening:
            ports = {name: listener.getsockname()[1] for name, listener in listening.items()}
            urls = {
                name: f"{base('http', host, ports[name])}{service.mount}{service.path}"
                for name, service in chosen.items()
            }
            site = replace(planned, urls=urls)
            state.copy(source, site)
            started: list[ServiceProcess] = []
            for name, listener in listening.items():
                log = logs / f"{name}.log"
                log.unlink(missing_ok=True)
                started.append(services.start(site, name, listener, log))
        running = Running(
            release=self.release.name,
            url=urls[site.identity],
            services=tuple(started),
            started=datetime.now(UTC).isoformat(timespec="seconds"),
            limits=site.limits,
            quiet=site.quiet,
        )
        services.await_answers(started, chosen)
        self._write(running)
        return running

    def _seed(self, running: Running, progress: Progress) -> None:
        urls = {process.name: process.url for process in running.services}
        orders = {name: self._known[name].seed for name in urls}
        if seeded := [name for name, requests in orders.items() if requests]:
            progress(f"creating the first objects of {_listed(seeded)}")
            seeding.send(self.environment(), urls, orders)

    def _traced(self, running: Running, words: Sequence[str], progress: Progress) -> Running:
        """Start a tracer with the command line ``words``, if any. Return the cloud with its tracer."""
        if not words:
            return running
        if self.proxy():
            if tuple(words) == running.tracing:
                return running
            name = self.release.name
            raise CloudError(
                f"{name} is already traced, with other options; end it with: tracer cloud down {name}"
            )
        progress(f"starting the tracer of {self.release.name}")
        log = private_folder(self._folder / "logs") / "tracer.log"
        log.unlink(missing_ok=True)
        command = service_processes.LoggedCommand(
            [*words, "--home", str(self._home)], self._tracer_environment(), log, self._home
        )
        pid = service_processes.spawn(command)
        try:
            url = self._await_tracer(pid, log)
        except BaseException:
            with service_processes.unstoppable():
                service_processes.end([pid])
            raise
        own = services.process("tracer", url, pid, int(url.rpartition(":")[2]), log)
        traced = msgspec.structs.replace(running, tracer=own, tracing=tuple(words))
        self._write(traced)
        return traced

    def _await_tracer(self, pid: int, log: Path) -> str:
        deadline = time.monotonic() + TRACER_TIMEOUT
        while not (url := self.proxy()):
            if identify(pid) is None or time.monotonic() > deadline:
                cause = service_processes.last_line(log) or "it did not come up"
                raise CloudError(f"the tracer did not start: {cause}", log)
            time.sleep(0.05)
        return url

    def _tracer_environment(self) -> dict[str, str]:
        """Return the environment of the tracer, without the user's clouds and proxies, and with the cache."""
        names = ("OS_", "http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(names)}
        return {**inherited, "TRACER_CACHE": str(self._cache), "PYTHONUNBUFFERED": "1"}

    def _write(self, running: Running) -> None:
        storage.write_private(self._note, msgspec.json.encode(running, enc_hook=str))

    def _read_note(self) -> Running | None:
        with suppress(OSError, UnicodeDecodeError, RecursionError, msgspec.DecodeError):
            return msgspec.json.decode(
                self._note.read_bytes(), type=Running, dec_hook=lambda kind, value: kind(value)
            )
        return None

    def _faults(self, running: Running) -> list[ProcessFault]:
        faults = [(service, self._fault(service)) for service in running.services]
        return [ProcessFault(service.name, kind, service.log) for service, kind in faults if kind]

    def _fault(self, process: ServiceProcess) -> FaultKind | None:
        if not services.lives(process):
            return "not-running"
        mount = self._known[process.name].mount
        return None if services.answers(process, mount) else "no-response"

    def _check_options(
        self, running: Running, port: int | None, host: str | None, *, limits: bool, quiet: bool
    ) -> None:
        name, at = self.release.name, running.services[0].port
        if port and port != at:
            raise CloudError(f"{name} is already up on port {at}; end it with: tracer cloud down {name}")
        if host and host != running.host:
            raise CloudError(f"{name} is already up on {running.host}; end it with: tracer cloud down {name}")
        if limits and not running.limits:
            raise CloudError(f"{name} is already up without limits; end it with: tracer cloud down {name}")
        if quiet and not running.quiet:
            raise CloudError(
                f"{name} is already up with periodic tasks; end it with: tracer cloud down {name}"
            )

    def _check_services(self, running: Running, selection: Selection) -> None:
        name, started = self.release.name, {process.name for process in running.services}
        if missing := [service for service in selection.services if service not in started]:
            raise CloudError(
                f"{name} is already up without {_listed(missing)}; end it with: tracer cloud down {name}"
            )

    def _end(self) -> bool:
        running = self._read_note()
        processes = [*running.services, *filter(None, [running.tracer])] if running else []
        noted = [process.pid for process in processes if services.lives(process)]
        # A killed command may have started processes that the note does not contain.
        leaders = {*noted, *services.orphans(self._home, list(self._known))}
        service_processes.end(leaders)
        self._note.unlink(missing_ok=True)
        if self._home.exists():
            shutil.rmtree(self._home)
        return bool(leaders) or running is not None


def _listed(names: Iterable[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
