"""Raw HTTP on both sides of a proxy: an origin that answers as told, a client that sends bytes as is."""

from __future__ import annotations

import contextlib
import re
import socket
import struct
import threading
import time
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

QUIET = 0.5
"""Seconds without a byte after which a side has said what it had to say."""

PATIENCE = 10.0
"""Seconds that the first byte may take."""

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


def talk(proxy_port: int, script: Talk) -> Heard:
    """Let a client and an origin have the talk through a proxy."""
    with _origin(script) as (port, heard):
        at_client, closed = _client(
            proxy_port, [one.replace(b"ORIGIN", b"127.0.0.1:%d" % port) for one in script.sends]
        )
        time.sleep(0.1)
        origin = rb"127\.0\.0\.1:%d" % port
        at_origin, at_client = (re.sub(origin, b"ORIGIN", side) for side in (b"".join(heard), at_client))
        return Heard(at_origin, at_client, closed)


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


def _client(port: int, sends: list[bytes]) -> tuple[bytes, bool]:
    heard = bytearray()
    closed = False
    with socket.create_connection(("127.0.0.1", port)) as client:
        for piece in sends:
            if piece == RESET:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return bytes(heard), True
            with contextlib.suppress(OSError):
                client.sendall(piece)
            time.sleep(0.15)
        client.settimeout(PATIENCE)
        with contextlib.suppress(OSError):
            while data := client.recv(65536):
                heard += data
                client.settimeout(QUIET)
            closed = True
    return bytes(heard), closed


@contextlib.contextmanager
def _origin(script: Talk) -> Iterator[tuple[int, list[bytes]]]:
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_accept, args=(server, script, heard), daemon=True).start()
        yield server.getsockname()[1], heard


def _accept(server: socket.socket, script: Talk, heard: list[bytes]) -> None:
    answers = iter(script.answers)
    with contextlib.suppress(OSError):
        while True:
            connection, _ = server.accept()
            with connection:
                _serve(connection, script.until, lambda: next(answers, None), heard)


def _serve(
    connection: socket.socket, until: bytes, answer: Callable[[], bytes | None], heard: list[bytes]
) -> None:
    connection.settimeout(PATIENCE)
    seen = b""
    if not until:
        connection.sendall(answer() or b"")
    with contextlib.suppress(OSError):
        while data := connection.recv(65536):
            heard.append(data)
            seen += data
            while until and until in seen:
                seen = seen.partition(until)[2]
                reply = answer()
                if reply is None:
                    return
                connection.sendall(reply)
                connection.settimeout(QUIET)
