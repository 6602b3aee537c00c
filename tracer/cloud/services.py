"""The processes of a running cloud, one for each service, on ports of this machine."""

from __future__ import annotations

import errno
import http.client
import ipaddress
import socket
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

import msgspec

from tracer.cloud import service_processes, tracing
from tracer.errors import CloudError
from tracer.processes import ProcessIdentity, identify, is_alive
from tracer.urls import bracketed, hostname

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tracer.cloud.release_data import CloudService
    from tracer.cloud.state import Site

__all__ = [
    "HOST",
    "FaultKind",
    "ProcessFault",
    "ServiceProcess",
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
"""The default address of the services."""

LAUNCHER = Path(__file__).with_name("launcher.py")
START_TIMEOUT = 120.0
ANSWER_TIMEOUT = 20.0


class ServiceProcess(msgspec.Struct, frozen=True, kw_only=True):
    """A running service: its URL, process ID and port, and the log of its output.

    ``pid``, ``created`` and ``boot`` are the identity of the process (``tracer.processes``).
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
        """Return the identity of the process."""
        return ProcessIdentity(self.pid, self.created, self.boot)


FaultKind = Literal["not-running", "no-response"]
_FAULTS: dict[FaultKind, str] = {"not-running": "is not running", "no-response": "does not answer"}


class ProcessFault(NamedTuple):
    """A process of a started cloud that does not work: its name, and the log with the details."""

    process: str
    kind: FaultKind
    log: Path

    def __str__(self) -> str:
        name = "its tracer" if self.process == "tracer" else self.process
        return f"{name} {_FAULTS[self.kind]} (log: {self.log})"


def process(name: str, url: str, pid: int, port: int, log: Path) -> ServiceProcess:
    """Return the service with the process ``pid``. If the process has ended, ``lives`` is false for it."""
    identity = identify(pid) or ProcessIdentity(pid, 0.0)
    return ServiceProcess(
        name=name, url=url, pid=pid, created=identity.started, boot=identity.boot, port=port, log=log
    )


@contextmanager
def sockets(names: Sequence[str], port: int | None, host: str = HOST) -> Iterator[dict[str, socket.socket]]:
    """Yield a listening socket for each service, by name: on ``port`` and the ports after it, or free ports.

    The services inherit the sockets, so no other process can take a port before they listen. Raises
    CloudError if a port is taken, or if ``host`` is not an address of this machine.
    """
    opened: dict[str, socket.socket] = {}
    try:
        for number, name in enumerate(names):
            opened[name] = _listen(host, port + number if port else 0, name)
        yield opened
    finally:
        for listener in opened.values():
            listener.close()


def start(site: Site, name: str, listening: socket.socket, log: Path) -> ServiceProcess:
    """Start the service ``name`` on the socket ``listening``. Raise CloudError if it cannot start."""
    service = site.services[name]
    host, port = listening.getsockname()[:2]
    words = [str(site.built.command("python")), "-I", "-u", str(LAUNCHER), "--home", str(site.folder(name))]
    words += ["--app", service.app, "--mount", service.mount]
    words += ["--fd", str(listening.fileno()), "--address", f"{bracketed(host)}:{port}"]
    words += ["--tracing", str(site.home / tracing.FOLDER)]
    words += ["--serial"] if service.serial else []
    words += ["--locked"] if service.locked else []
    command = service_processes.LoggedCommand(words, site.environment(name), log, site.folder(name))
    return process(name, site.urls[name], service_processes.spawn(command, [listening.fileno()]), port, log)


def await_answers(started: Sequence[ServiceProcess], services: Mapping[str, CloudService]) -> None:
    """Wait until every service responds.

    Raises CloudError if a service ends, with the last line of its log, or does not respond in 120 seconds.
    """
    deadline = time.monotonic() + START_TIMEOUT
    for service in started:
        while not answers(service, services[service.name].mount, timeout=2):
            if not lives(service):
                cause = service_processes.last_line(service.log) or "it ended at once"
                raise CloudError(f"{service.name} did not start: {cause}", service.log)
            if time.monotonic() > deadline:
                waited = f"{START_TIMEOUT:.0f} s"
                raise CloudError(f"{service.name} did not answer in {waited}", service.log)
            time.sleep(0.05)


def lives(process: ServiceProcess) -> bool:
    """Return whether the process still runs. A later process with the same ID does not count."""
    return is_alive(process.identity)


def answers(process: ServiceProcess, mount: str, timeout: float = ANSWER_TIMEOUT) -> bool:
    """Return whether a request to the root of the service gets a response below 500 in time.

    ``timeout`` is in seconds for each operation on the socket.
    """
    host = hostname(process.url) or HOST
    connection = http.client.HTTPConnection(host, process.port, timeout=timeout)
    with suppress(OSError, http.client.HTTPException):
        try:
            # Heat answers 500 without the slash.
            connection.request("GET", f"{mount}/", headers={"Connection": "close"})
            return connection.getresponse().status < http.client.INTERNAL_SERVER_ERROR
        finally:
            connection.close()
    return False


def orphans(home: Path, names: Sequence[str]) -> list[int]:
    """Return the IDs of all processes of the cloud at ``home``, including its tracer, by command line."""
    folders = [home, *(home / name for name in names)]
    return [pid for folder in folders for pid in service_processes.find("--home", str(folder))]


def address(text: str) -> str:
    """Return the IP address in ``text``, which may be in brackets, in its shortest form.

    Raises CloudError if clients cannot use it in a URL: a name, a zone, an unspecified or multicast address.
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
        # Accepted connections inherit the option. Without it, responses may be delayed by 40 ms.
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
