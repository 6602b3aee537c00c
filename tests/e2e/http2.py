"""HTTP/2 over TLS on both sides of a proxy: an origin and a client that note what arrives."""

from __future__ import annotations

import contextlib
import datetime
import ipaddress
import socket
import ssl
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, Event, RequestReceived, ResponseReceived, StreamEnded

from tests.patience import PATIENCE

if TYPE_CHECKING:
    from pathlib import Path

Fields = Sequence[tuple[str, str]]


class Exchange(NamedTuple):
    """A request and its answer; ``fields`` without the pseudo-header fields of HTTP/2."""

    method: str
    fields: Fields = ()
    body: bytes = b""
    status: str = "200"
    answer_fields: Fields = ()
    answer: bytes = b""


class Heard(NamedTuple):
    """What arrived at the origin and at the client: header fields and content."""

    request: list[tuple[bytes, bytes]]
    body: bytes
    response: list[tuple[bytes, bytes]]
    answer: bytes


def certificate(folder: Path) -> Path:
    """A certificate for 127.0.0.1 and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = folder / "origin.pem"
    path.write_bytes(private + made.public_bytes(pem))
    return path


def talk(proxy_port: int, exchange: Exchange, pem: Path) -> Heard:
    """Let a client and an origin have the exchange through a proxy."""
    heard: list[Event] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_serve, args=(server, exchange, pem, heard), daemon=True).start()
        events = _ask(proxy_port, server.getsockname()[1], exchange)
    request = [one for event in heard if isinstance(event, RequestReceived) for one in event.headers]
    response = [one for event in events if isinstance(event, ResponseReceived) for one in event.headers]
    return Heard(
        [one for one in request if one[0] != b":authority"],
        b"".join(event.data for event in heard if isinstance(event, DataReceived)),
        response,
        b"".join(event.data for event in events if isinstance(event, DataReceived)),
    )


def _serve(server: socket.socket, exchange: Exchange, pem: Path, heard: list[Event]) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    context.set_alpn_protocols(["h2"])
    with contextlib.suppress(OSError):
        while True:
            plain, _ = server.accept()
            with context.wrap_socket(plain, server_side=True) as connection:
                h2 = H2Connection(H2Configuration(client_side=False))
                h2.initiate_connection()
                connection.settimeout(PATIENCE)
                for event in _events(connection, h2):
                    heard.append(event)
                    if isinstance(event, StreamEnded):
                        head = [(":status", exchange.status), *exchange.answer_fields]
                        h2.send_headers(event.stream_id, head, end_stream=not exchange.answer)
                        if exchange.answer:
                            h2.send_data(event.stream_id, exchange.answer, end_stream=True)


def _ask(proxy_port: int, port: int, exchange: Exchange) -> list[Event]:
    authority = f"127.0.0.1:{port}"
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(["h2"])
    events: list[Event] = []
    with socket.create_connection(("127.0.0.1", proxy_port), PATIENCE) as plain:
        plain.sendall(f"CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n\r\n".encode())
        answer = b""
        while not answer.endswith(b"\r\n\r\n"):
            answer += plain.recv(4096)
        assert b" 200 " in answer
        with context.wrap_socket(plain, server_hostname="127.0.0.1") as connection:
            h2 = H2Connection()
            h2.initiate_connection()
            pseudo = [
                (":method", exchange.method),
                (":path", "/x"),
                (":scheme", "https"),
                (":authority", authority),
            ]
            h2.send_headers(1, [*pseudo, *exchange.fields], end_stream=not exchange.body)
            if exchange.body:
                h2.send_data(1, exchange.body, end_stream=True)
            for event in _events(connection, h2):
                events.append(event)
                if isinstance(event, StreamEnded):
                    break
    return events


def _events(connection: ssl.SSLSocket, h2: H2Connection):  # type: ignore[no-untyped-def]
    with contextlib.suppress(OSError):
        connection.sendall(h2.data_to_send())
        while data := connection.recv(65536):
            for event in h2.receive_data(data):
                if isinstance(event, DataReceived):
                    h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                yield event
            connection.sendall(h2.data_to_send())
