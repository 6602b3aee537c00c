"""Raw HTTP on both sides of a proxy: an origin that answers as told, a client that sends bytes as is."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
from typing import TYPE_CHECKING, NamedTuple, Protocol

from tests.patience import PATIENCE
from tests.rest import Rest

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator

QUIET = 0.15
"""Seconds without a byte, and without a process at work, after which a side has said what it had to say.

The timers of a proxy are shorter.
"""

RESET = b"\0RESET"
"""In what a client sends: cut the connection here."""


class Talk(NamedTuple):
    """What a client sends, in pieces with a pause between them, and what the origin answers.

    The origin answers when it has seen ``until``, once for each time that it comes; an
    empty ``until`` means at once.
    """

    sends: list[bytes]
    answers: list[bytes]
    until: bytes = b"\r\n\r\n"


class Heard(NamedTuple):
    """All that arrived at the origin and at the client, and whether the client's connection was closed."""

    at_origin: bytes
    at_client: bytes
    closed: bool


class Proxy(Protocol):
    """The process of a proxy, and its port."""

    @property
    def process(self) -> subprocess.Popen[bytes]: ...

    @property
    def port(self) -> int: ...


def talk(proxy: Proxy, script: Talk) -> Heard:
    """Let a client and an origin have the talk through a proxy."""
    origin = _Origin(script, Rest(proxy.process.pid))
    with origin.serving() as port:
        here = b"127.0.0.1:%d" % port
        sends = [piece.replace(b"ORIGIN", here) for piece in script.sends]
        at_client, closed = _client(proxy.port, sends, origin)
        at_origin = b"".join(origin.heard)
    return Heard(at_origin.replace(here, b"ORIGIN"), at_client.replace(here, b"ORIGIN"), closed)


def dechunked(message: bytes) -> bytes:
    """One message without the borders of its chunks, which a proxy may move (RFC 9112, section 7.1)."""
    head, end, rest = message.partition(b"\r\n\r\n")
    if b"transfer-encoding: chunked" not in head.lower():
        return message
    content = b""
    while rest:
        size, _, rest = rest.partition(b"\r\n")
        length = int(size.partition(b";")[0] or b"0", 16)
        content += rest[:length]
        rest = rest[length + 2 :]
        if not length:
            content += b"<end>"
    return head + end + content


def _client(port: int, sends: list[bytes], origin: _Origin) -> tuple[bytes, bool]:
    heard = bytearray()
    with socket.create_connection(("127.0.0.1", port)) as client:
        for piece in sends:
            if piece == RESET:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                client.close()
                origin.rest.wait(QUIET)
                return bytes(heard), True
            with contextlib.suppress(OSError):
                client.sendall(piece)
            origin.rest.wait(QUIET)
        origin.all_sent.set()
        with contextlib.suppress(OSError):
            while data := _received(client, origin.is_over):
                heard += data
            return bytes(heard), data is not None
    return bytes(heard), False


def _received(source: socket.socket, is_over: Callable[[], bool]) -> bytes | None:
    """Return the next bytes, none at the end of the connection, and None if no more will come."""
    source.settimeout(QUIET)
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with contextlib.suppress(TimeoutError):
            return source.recv(65536)
        if is_over():
            source.settimeout(0)
            with contextlib.suppress(BlockingIOError):
                return source.recv(65536)
            return None
    raise AssertionError("the processes never rest")


class _Origin:
    """A server that answers as told. It closes a connection when it has answered and hears no more."""

    def __init__(self, script: Talk, rest: Rest) -> None:
        self.heard: list[bytes] = []
        self.rest = rest
        self.all_sent = threading.Event()
        self._ended = threading.Event()
        self._until = script.until
        self._answers = iter(script.answers)
        self._answered: set[socket.socket] = set()

    def is_over(self) -> bool:
        """Return whether all rest, and each connection with an answer is closed."""
        return not self._answered and self.rest.is_now() and not self._answered

    @contextlib.contextmanager
    def serving(self) -> Iterator[int]:
        """Serve until the end of the block. Yield the port."""
        with socket.create_server(("127.0.0.1", 0)) as server:
            thread = threading.Thread(target=self._accept, args=(server,), daemon=True)
            thread.start()
            self.rest.include(thread)
            try:
                yield server.getsockname()[1]
            finally:
                self._ended.set()

    def _accept(self, server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = server.accept()
                with connection, contextlib.suppress(OSError):
                    self._serve(connection)
                self._answered.discard(connection)

    def _serve(self, connection: socket.socket) -> None:
        seen = b""
        if not self._until:
            self._answer(connection)
        while data := _received(connection, lambda: self._has_heard_all(connection)):
            self.heard.append(data)
            seen += data
            while self._until and self._until in seen:
                seen = seen.partition(self._until)[2]
                if not self._answer(connection):
                    return

    def _has_heard_all(self, connection: socket.socket) -> bool:
        is_answered = connection in self._answered and self.all_sent.is_set() and self.rest.is_now()
        return is_answered or self._ended.is_set()

    def _answer(self, connection: socket.socket) -> bool:
        answer = next(self._answers, None)
        if answer is not None:
            connection.settimeout(PATIENCE)
            connection.sendall(answer)
            self._answered.add(connection)
        return answer is not None
