"""The life cycle of an embedded cloud: up, status, down, and what a client needs to use it."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from tracer import output
from tracer.cloud import environments, processes, services, state
from tracer.cloud.cache import Progress, folder, locked, private_folder, silent
from tracer.cloud.environments import Built
from tracer.cloud.releases import Release, Service, catalog, release
from tracer.cloud.services import HOST, Process
from tracer.errors import CloudError

__all__ = ["Cloud", "Running"]


class Running(msgspec.Struct, frozen=True, kw_only=True):
    """A cloud that runs: ``url`` is its auth URL, ``started`` a time as in RFC 3339 (UTC)."""

    release: str
    url: str
    services: tuple[Process, ...]
    started: str


class Cloud:
    """The embedded cloud of one release: at most one runs at a time per cache folder.

    ``cache`` is where everything is kept, by default the user's cache folder or ``TRACER_CACHE``.
    Raises CloudError for an unknown release or an unusable folder.
    """

    def __init__(self, release_name: str, cache: Path | None = None) -> None:
        self.release: Release = release(release_name)
        self.services: dict[str, Service] = {name: catalog().services[name] for name in self.release.services}
        self._cache = folder(cache)
        self._folder = self._cache / "clouds" / release_name
        self._home = self._folder / "state"
        self._note = self._folder / "running.json"

    def up(
        self,
        progress: Progress = silent,
        *,
        port: int | None = None,
        proxies: Mapping[str, str] | None = None,
    ) -> Running:
        """Start the cloud, from a fresh copy of its initialised state; one that runs is left as it is.

        ``port`` is that of the first service, the others take those after it; by default free
        ones are chosen. ``proxies`` gives services the URL of the HTTP proxy that they talk to
        others through. Raises CloudError; then, as after any interruption, nothing runs.
        """
        with processes.stoppable(), locked(self._folder.parent, self.release.name, progress):
            if running := self.status():
                return self._same(running, port)
            self._end()
            if port is not None:
                with services.sockets(list(self.services), port):
                    progress(f"port {port} is free")
            built = self._built(progress)
            source = state.template(self.release, self.services, built, self._cache, progress)
            progress(f"starting {' and '.join(self.services)} of {self.release.name}")
            try:
                return self._start(source, built, port, proxies or {})
            except BaseException:
                with processes.unstoppable():
                    self._end()
                raise

    def down(self) -> bool:
        """End every process of the cloud and drop its state, but for the logs. Tells if there was one."""
        with processes.stoppable(), locked(self._folder.parent, self.release.name, silent):
            return self._end()

    def status(self) -> Running | None:
        """What runs, if all of its services live, are the ones that were started, and answer."""
        running = self._noted()
        return running if running and not self._faults(running) else None

    def faults(self) -> list[str]:
        """What is wrong with a cloud that was started and not ended, one line each; empty if nothing is."""
        running = self._noted()
        return self._faults(running) if running else []

    def environment(self) -> dict[str, str]:
        """The ``OS_…`` variables a client needs. Raises CloudError if the cloud isn't up."""
        running = self._noted()
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

    def client(self, progress: Progress = silent) -> Path:
        """The ``openstack`` executable of the release's own time, installed now if it isn't there."""
        wanted = self.release.client
        with processes.stoppable():
            built = environments.build(
                f"{self.release.name}-client", wanted.packages, wanted.environments, self._cache, progress
            )
        return built.command("openstack")

    def python(self) -> str | None:
        """The version of Python that the services run on, None if they aren't installed."""
        packages = self._packages()
        for environment in self.release.environments:
            if built := environments.finished(self.release.name, packages, environment, self._cache):
                return built.python
        return None

    def _packages(self) -> dict[str, str]:
        return {**self.release.services, **catalog().server}

    def _built(self, progress: Progress) -> Built:
        name, wanted = self.release.name, self.release.environments
        return environments.build(name, self._packages(), wanted, self._cache, progress)

    def _start(self, source: Path, built: Built, port: int | None, proxies: Mapping[str, str]) -> Running:
        logs = private_folder(self._folder / "logs")
        with services.sockets(list(self.services), port) as listening:
            ports = {name: one.getsockname()[1] for name, one in listening.items()}
            urls = {name: f"http://{HOST}:{ports[name]}{one.mount}" for name, one in self.services.items()}
            site = state.Site(self._home, self.services, urls, built, state.passwords(source))
            state.copy(source, site)
            started: list[Process] = []
            for name, one in listening.items():
                log = logs / f"{name}.log"
                log.unlink(missing_ok=True)
                started.append(services.start(site, name, one, log, proxies.get(name)))
        running = Running(
            release=self.release.name,
            url=urls[site.identity],
            services=tuple(started),
            started=datetime.now(UTC).isoformat(timespec="seconds"),
        )
        services.await_answers(started, self.services)
        output.write_private(self._note, msgspec.json.encode(running, enc_hook=str))
        return running

    def _noted(self) -> Running | None:
        with suppress(OSError, msgspec.DecodeError):
            return msgspec.json.decode(
                self._note.read_bytes(), type=Running, dec_hook=lambda kind, value: kind(value)
            )
        return None

    def _faults(self, running: Running) -> list[str]:
        found = [(one, self._fault(one)) for one in running.services]
        return [f"{one.name} {fault} (log: {one.log})" for one, fault in found if fault]

    def _fault(self, process: Process) -> str:
        if not services.lives(process):
            return "is not running"
        mount = self.services[process.name].mount
        return "" if services.answers(process, mount) else "does not answer"

    def _same(self, running: Running, port: int | None) -> Running:
        at = running.services[0].port
        if port and port != at:
            name = self.release.name
            raise CloudError(f"{name} is already up on port {at}; end it with: tracer cloud down {name}")
        return running

    def _end(self) -> bool:
        running = self._noted()
        noted = [one.pid for one in running.services if services.lives(one)] if running else []
        # Also those that a killed tracer had no time to note.
        leaders = {*noted, *services.orphans(self._home, list(self.services))}
        processes.end(leaders)
        self._note.unlink(missing_ok=True)
        if self._home.exists():
            shutil.rmtree(self._home)
        return bool(leaders) or running is not None
