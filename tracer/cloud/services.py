"""The processes of a running cloud: one service each, on a port of this machine."""

from __future__ import annotations

import errno
import http.client
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from tracer.cloud import processes, tracing
from tracer.cloud.releases import Service
from tracer.cloud.state import Site
from tracer.errors import CloudError
from tracer.processes import ProcessIdentity, identify, is_alive

__all__ = ["HOST", "Process", "answers", "await_answers", "lives", "orphans", "process", "sockets", "start"]

HOST = "127.0.0.1"
LAUNCHER = Path(__file__).with_name("launcher.py")
START_TIMEOUT = 120.0
ANSWER_TIMEOUT = 20.0


class Process(msgspec.Struct, frozen=True, kw_only=True):
    """A service that runs: its URL, process id and port, and the log of all it prints.

    ``pid``, ``created`` and ``boot`` are its identity: see ``tracer.processes``.
    """

    name: str
    url: str
    pid: int
    created: float
    boot: str = ""
    port: int
    log: Path

    @property
    def identity(self) -> ProcessIdentity:
        """The identity of the process."""
        return ProcessIdentity(self.pid, self.created, self.boot)


def process(name: str, url: str, pid: int, port: int, log: Path) -> Process:
    """Return the service that was started as the process ``pid``; one that has ended already is not alive."""
    identity = identify(pid) or ProcessIdentity(pid, 0.0)
    return Process(
        name=name, url=url, pid=pid, created=identity.started, boot=identity.boot, port=port, log=log
    )


@contextmanager
def sockets(names: Sequence[str], port: int | None) -> Iterator[dict[str, socket.socket]]:
    """A listening socket for each service: on ``port`` and the ones after it, or on free ones.

    The services inherit them, so nothing else can take the port before they listen. Raises
    CloudError if a port is taken.
    """
    opened: dict[str, socket.socket] = {}
    try:
        for number, name in enumerate(names):
            opened[name] = _listen(port + number if port else 0, name)
        yield opened
    finally:
        for one in opened.values():
            one.close()


def start(site: Site, name: str, listening: socket.socket, log: Path) -> Process:
    """Start the service ``name``."""
    service = site.services[name]
    port = listening.getsockname()[1]
    words = [str(site.built.command("python")), "-I", "-u", str(LAUNCHER), "--home", str(site.folder(name))]
    words += ["--app", service.app, "--mount", service.mount]
    words += ["--fd", str(listening.fileno()), "--address", f"{HOST}:{port}"]
    words += ["--tracing", str(site.home / tracing.FOLDER)]
    words += ["--serial"] if service.serial else []
    command = processes.Command(words, site.environment(name), log, site.folder(name))
    return process(name, site.urls[name], processes.spawn(command, [listening.fileno()]), port, log)


def await_answers(started: Sequence[Process], services: Mapping[str, Service]) -> None:
    """Wait until every service answers. Raises CloudError if one ends (its last line) or takes too long."""
    deadline = time.monotonic() + START_TIMEOUT
    for service in started:
        while not answers(service, services[service.name].mount, timeout=2):
            if not lives(service):
                cause = processes.last_line(service.log) or "it ended at once"
                raise CloudError(f"{service.name} did not start: {cause} (log: {service.log})")
            if time.monotonic() > deadline:
                waited = f"{START_TIMEOUT:.0f} s"
                raise CloudError(f"{service.name} did not answer in {waited} (log: {service.log})")
            time.sleep(0.05)


def lives(process: Process) -> bool:
    """Return whether the process still runs, and is the one that was started."""
    return is_alive(process.identity)


def answers(process: Process, path: str, timeout: float = ANSWER_TIMEOUT) -> bool:
    """Whether a request gets an answer that isn't a server error, within ``timeout`` seconds."""
    connection = http.client.HTTPConnection(HOST, process.port, timeout=timeout)
    with suppress(OSError, http.client.HTTPException):
        try:
            connection.request("GET", path, headers={"Connection": "close"})
            return connection.getresponse().status < http.client.INTERNAL_SERVER_ERROR
        finally:
            connection.close()
    return False


def orphans(home: Path, names: Sequence[str]) -> list[int]:
    """Processes of the cloud at ``home``, its tracer included, whoever started them, noted or not."""
    folders = [home, *(home / name for name in names)]
    return [pid for folder in folders for pid in processes.find("--home", str(folder))]


def _listen(port: int, name: str) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # As web servers do: what they accept inherits it, and a response is not held back by 40 ms.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listening.bind((HOST, port))
        listening.listen(socket.SOMAXCONN)
    except (OSError, OverflowError) as error:
        listening.close()
        taken = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
        problem = "is taken" if taken else f"cannot be used: {error}"
        raise CloudError(f"port {port} (for {name}) {problem}") from None
    return listening
