"""The inputs of the comparison, as files of stored flows that both commits read."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mitmproxy import connection, http
from mitmproxy.io import FlowWriter

from tests.capture.flows import flow, peer
from tests.redaction.canaries import CANARIES
from tests.redaction.samples import samples
from tracer.recording import load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from tracer.model import Body, Exchange, Headers

__all__ = ["SECRET", "extract_samples", "flow_of", "write_canaries", "write_recordings", "write_samples"]

SECRET = "kJ7xQ2mZp9vR4tWs"
"""The value that every canary holds. It has no common word in it."""

_EPOCH = 1_700_000_000.0
_SAMPLE_LIMIT = 2**16


def write_canaries(path: Path) -> int:
    """Write each canary as a flow of its own client. Return the number of flows."""
    return _write(
        path, (flow_of(build(SECRET), _client(number)) for number, (_, build) in enumerate(CANARIES))
    )


def write_recordings(path: Path, recordings: Iterable[Path]) -> int:
    """Write the exchanges of recordings as flows: one client connection per recording."""
    return _write(path, (flow for number, file in enumerate(recordings) for flow in _recorded(number, file)))


def extract_samples(packages: Path, folder: Path) -> None:
    """Write each JSON sample in the packages' sources to ``folder``."""
    for name, text in samples(packages):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def write_samples(path: Path, folder: Path) -> int:
    """Write the JSON samples below ``folder`` as answers to ``GET /<folder>/<name of the file>``."""
    small = (file for file in sorted(folder.rglob("*.json")) if file.stat().st_size <= _SAMPLE_LIMIT)
    return _write(path, (_sample(number, file) for number, file in enumerate(small)))


def flow_of(
    exchange: Exchange,
    client: connection.Client,
    *,
    encode: Callable[[bytes], bytes] = bytes,
    coding: str = "",
) -> http.HTTPFlow:
    """Return the mitmproxy flow of an exchange. ``encode`` applies the content ``coding`` to both bodies."""
    url = urlsplit(exchange.request.url)
    target = url._replace(scheme="", netloc="").geturl() or "/"
    made = flow(exchange.request.method, target, client=client, at=_EPOCH + exchange.started)
    made.request.data.host = url.hostname or "cloud.test"
    made.request.data.port = url.port or (443 if url.scheme == "https" else 80)
    made.request.data.scheme = url.scheme.encode()
    _fill(made.request, exchange.request.headers, exchange.request.body, encode, coding)
    if exchange.response is None:
        made.response = None
        return made
    assert made.response is not None
    made.response.data.status_code = exchange.response.status
    made.response.data.reason = exchange.response.reason.encode("utf-8", "surrogateescape")
    if exchange.ended is not None:
        made.response.timestamp_end = _EPOCH + exchange.ended
    _fill(made.response, exchange.response.headers, exchange.response.body, encode, coding)
    return made


def _recorded(number: int, file: Path) -> Iterator[http.HTTPFlow]:
    client = _client(number)
    recording = load(file)
    for exchange in recording.exchanges:
        yield flow_of(exchange, client)


def _client(number: int) -> connection.Client:
    client = peer(f"198.18.{number // 250}.{number % 250 + 1}")
    client.id = f"client-{number}"
    return client


def _sample(number: int, file: Path) -> http.HTTPFlow:
    answer = file.read_bytes()
    kind = {"Content-Type": "application/json"}
    path = f"/{file.parent.name}/{file.name}"
    return flow(path=path, answer=answer, answer_headers=kind, client=_client(number))


def _write(path: Path, flows: Iterable[http.HTTPFlow]) -> int:
    count = 0
    with path.open("wb") as file:
        writer = FlowWriter(file)
        for count, stored in enumerate(flows, 1):
            stored.id = f"golden-{count}"
            writer.add(stored)
    return count


def _fill(
    message: http.Message, headers: Headers, body: Body | None, encode: Callable[[bytes], bytes], coding: str
) -> None:
    fields = [(name, value) for name, values in headers.items() for value in _listed(values)]
    message.headers = http.Headers(
        [(name.encode(), value.encode("utf-8", "surrogateescape")) for name, value in fields]
    )
    message.raw_content = b""
    if body is None:
        return
    message.headers["Content-Type"] = body.type
    if coding:
        message.headers["Content-Encoding"] = coding
    message.raw_content = encode(_content(body))


def _listed(values: str | list[str]) -> list[str]:
    return [values] if isinstance(values, str) else values


def _content(body: Body) -> bytes:
    if body.base64 is not None:
        return base64.b64decode(body.base64)
    if body.omitted is not None:
        return json.dumps({"omitted": body.size}).encode()
    return (body.json or body.text or "").encode()
