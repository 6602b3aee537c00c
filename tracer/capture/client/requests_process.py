"""The process that sends the requests of a suite, and one request as a client to record."""

from __future__ import annotations

import base64
import contextlib
import os
import select
import signal
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import msgspec

from tracer.errors import CommandError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from tracer.model import Output

__all__ = ["ClientRequest", "OrderedRequest", "RequestsProcess", "ServiceResponse"]

_SENDER = Path(__file__).with_name("request_sender.py")
_PATIENCE = 10.0
_LIMIT = 900.0
"""Seconds for a response: a login and a request have a limit of 300 seconds each in the process."""


class OrderedRequest(NamedTuple):
    """A request to send as the user of ``environment`` (``OS_…`` variables; empty: without a login).

    ``title`` is the request line. ``json`` is sent as JSON, ``data`` as it is; None stands for no body.
    """

    title: str
    method: str
    url: str
    environment: Mapping[str, str]
    headers: Mapping[str, str] = {}
    json: Any = None
    data: bytes | None = None

    def line(self, proxy: str) -> bytes:
        """Return the order for the process. ``proxy`` is a URL, or empty for no proxy."""
        order: dict[str, Any] = {
            "method": self.method,
            "url": self.url,
            "environment": dict(self.environment),
            "headers": dict(self.headers),
            "proxy": proxy,
        }
        if self.data is not None:
            order["data"] = base64.b64encode(self.data).decode()
        elif self.json is not None:
            order["json"] = self.json
        return msgspec.json.encode(order) + b"\n"


class ServiceResponse(msgspec.Struct, frozen=True, kw_only=True):
    """The response of a service, or the ``error`` in place of it."""

    status: int = 0
    headers: dict[str, str] = {}
    body: bytes = b""
    error: str = ""


_ENDED = ServiceResponse(error="the process that sends requests has ended")


class RequestsProcess:
    """A process of the interpreter ``python``, which has keystoneauth1: a context manager that ends it.

    Raises CommandError if the process cannot start, or if it ends before a response.
    """

    def __init__(self, python: Path) -> None:
        try:
            self._process = subprocess.Popen(
                [python, "-I", _SENDER],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                # Ctrl-C in a terminal must reach only this process, which then ends the new process.
                start_new_session=True,
            )
        except OSError as error:
            raise CommandError(f"cannot start {python}: {error.strerror}") from None

    @property
    def pid(self) -> int:
        """The process ID."""
        return self._process.pid

    def send(self, request: OrderedRequest) -> ServiceResponse:
        """Send a request directly to its service. Raise CommandError if no response comes."""
        self.order(request, "")
        response = self.response()
        if response.error:
            raise CommandError(f"got no response: {response.error}", request.title)
        return response

    def order(self, request: OrderedRequest, proxy: str) -> None:
        """Begin to send a request through ``proxy``. ``response`` must be called before the next order."""
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # ``response`` reports the end
            self._process.stdin.write(request.line(proxy))
            self._process.stdin.flush()

    def is_ready(self) -> bool:
        """Return whether the response is there."""
        assert self._process.stdout is not None
        return bool(select.select([self._process.stdout], [], [], 0)[0])

    def response(self) -> ServiceResponse:
        """Wait for the response to the last order. A process that gives no valid response is killed."""
        try:
            line = self._line()
            return msgspec.json.decode(line, type=ServiceResponse) if line else _ENDED
        except TimeoutError:
            error = f"the process that sends requests gave none within {_LIMIT:.0f} seconds"
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            error = "the process that sends requests printed something else"
        self._process.kill()  # a late line would be the response to the next order
        return ServiceResponse(error=error)

    def _line(self) -> bytes:
        """Return all that the process prints, up to the end of a line; nothing if the process ends before.

        Raises TimeoutError after ``_LIMIT`` seconds.
        """
        assert self._process.stdout is not None
        deadline = time.monotonic() + _LIMIT
        line = bytearray()
        while not line.endswith(b"\n"):
            if not select.select([self._process.stdout], [], [], max(0.0, deadline - time.monotonic()))[0]:
                raise TimeoutError
            piece = os.read(self._process.stdout.fileno(), 2**16)
            if not piece:
                return b""
            line += piece
        return bytes(line)

    def stop(self, number: int = signal.SIGTERM) -> None:
        """Send the signal ``number`` to the process if it still runs."""
        if self._process.poll() is None:
            self._process.send_signal(number)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for stream in (self._process.stdin, self._process.stdout):
            assert stream is not None
            with contextlib.suppress(BrokenPipeError):
                stream.close()
        try:
            self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class ClientRequest:
    """One request, sent through ``proxy``, as a client to record. ``response`` is set at its end."""

    is_alone = True

    def __init__(self, process: RequestsProcess, request: OrderedRequest, proxy: str) -> None:
        self._process = process
        self.response: ServiceResponse | None = None
        process.order(request, proxy)

    @property
    def pid(self) -> int:
        """The process ID of the process that sends the request."""
        return self._process.pid

    def wait(self) -> int:
        """Wait for the response. Return 0, or 1 if there is none."""
        if self.response is None:
            self.response = self._process.response()
        return 1 if self.response.error else 0

    @property
    def ended(self) -> bool:
        """True if ``wait`` has seen the response."""
        return self.response is not None

    def poll(self) -> bool:
        """Return whether the response is there."""
        return self.ended or self._process.is_ready()

    @property
    def killed_by(self) -> str:
        """Empty: a request has no process of its own."""
        return ""

    def stop(self, number: int = signal.SIGTERM) -> None:
        """Send the signal ``number`` to the process that sends the request."""
        self._process.stop(number)

    @property
    def output(self) -> tuple[str, str]:
        """Two empty texts: a request prints nothing."""
        return "", ""

    @property
    def outcome(self) -> Output | None:
        """None: a request prints nothing, and has no exit code."""
        return None
