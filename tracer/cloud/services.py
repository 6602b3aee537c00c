"""The processes of a running cloud: one service each, on a port of this machine."""

from __future__ import annotations

import errno
import http.client
import ipaddress
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from tracer.cloud import processes, tracing
from tracer.cloud.releases import Service
from tracer.cloud.state import Site
from tracer.errors import CloudError
from tracer.origins import bracketed
from tracer.processes import ProcessIdentity, identify, is_alive

__all__ = [
    "HOST",
    "Process",
    "address",
    "answers",
    "await_answers",
    "lives",
    "orphans",
    "process",
    "sockets",
    "start",
]

HOST = "127.0.0.1"
"""The address that services listen on unless the user chooses another."""

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
def sockets(names: Sequence[str], port: int | None, host: str = HOST) -> Iterator[dict[str, socket.socket]]:
    """A listening socket for each service: on ``port`` of ``host`` and the ones after it, or on free ones.

    The services inherit them, so nothing else can take the port before they listen. Raises
    CloudError if a port is taken, or ``host`` is no address of this machine.
    """
    opened: dict[str, socket.socket] = {}
    try:
        for number, name in enumerate(names):
            opened[name] = _listen(host, port + number if port else 0, name)
        yield opened
    finally:
        for one in opened.values():
            one.close()


def start(site: Site, name: str, listening: socket.socket, log: Path) -> Process:
    """Start the service ``name``."""
    service = site.services[name]
    host, port = listening.getsockname()[:2]
    words = [str(site.built.command("python")), "-I", "-u", str(LAUNCHER), "--home", str(site.folder(name))]
    words += ["--app", service.app, "--mount", service.mount]
    words += ["--fd", str(listening.fileno()), "--address", f"{bracketed(host)}:{port}"]
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
    host = urlsplit(process.url).hostname or HOST
    connection = http.client.HTTPConnection(host, process.port, timeout=timeout)
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


def address(text: str) -> str:
    """Return the IP address that ``text`` is, in its shortest form, with or without brackets.

    Raises CloudError for what clients cannot use in a URL: all addresses at once, a zone, a name.
    """
    inner = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    try:
        parsed = ipaddress.ip_address(inner)
    except ValueError:
        parsed = None
    if parsed is None or parsed.is_unspecified or parsed.is_multicast or "%" in inner:
        raise CloudError(f"expected an IP address of this machine, such as {HOST} or ::1, got {text!r}")
    return parsed.compressed


def _listen(host: str, port: int, name: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.socket(family, socket.SOCK_STREAM)
    except OSError as error:
        raise CloudError(f"{host} (for {name}) cannot be used: {error.strerror}") from None
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # As web servers do: what they accept inherits it, and a response is not held back by 40 ms.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listening.bind((host, port))
        listening.listen(socket.SOMAXCONN)
    except (OSError, OverflowError) as error:
        listening.close()
        number = error.errno if isinstance(error, OSError) else None
        if number in (errno.EADDRNOTAVAIL, errno.EINVAL):
            raise CloudError(f"{host} (for {name}) is no address of this machine") from None
        problem = "is taken" if number == errno.EADDRINUSE else f"cannot be used: {error}"
        raise CloudError(f"port {port} (for {name}) {problem}") from None
    return listening
