"""Every canary through the real addon, in every content coding: none is written or printed."""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import brotli
import pytest
import zstandard
from mitmproxy import connection, http

from tests.capture.flows import flow, peer, trace
from tests.redaction.canaries import CANARIES, Build
from tests.redaction.forms import cores, spellings
from tracer.recording import load

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tracer.model import Body, Headers

SECRET = "kJ7xQ2mZp9vR4tWs"

CODINGS: dict[str, Callable[[bytes], bytes]] = {
    "identity": lambda data: data,
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstandard.compress,
}

STAYS = (
    '"password_expires_at": "2030-01-01T00:00:00.000000"',
    '"secret_ref": "http://cloud.test/v1/secrets/6b1b9a4e-5f9c-4bd3-8b0e-0d9a8b1f3c55"',
    '"id": "9c31f2c6-f22c-440e-b670-d8d5a5cc0405"',
    '"name": "cirros-0.5.2-x86_64-disk"',
)


def test_there_are_more_than_sixty() -> None:
    assert len(CANARIES) > 60


@pytest.mark.parametrize("coding", CODINGS)
def test_no_canary_is_written_or_printed(
    coding: str, tmp_path: Path, written: list[bytes], capfd: pytest.CaptureFixture[str]
) -> None:
    for number, (name, build) in enumerate(CANARIES):
        written.clear()
        folder = tmp_path / str(number)
        trace([_flow(build, CODINGS[coding], coding)], folder)
        everything = b"".join(written) + "".join(capfd.readouterr()).encode()
        everything += b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
        assert everything, name
        leaked = {core for core in cores(SECRET) if core.encode() in everything}
        assert not leaked, f"{name} in {coding}: {leaked}"


def test_what_must_stay_does(tmp_path: Path) -> None:
    answer = "{" + ", ".join(STAYS) + "}"
    one = flow(answer=answer.encode(), answer_headers={"Content-Type": "application/json"})
    trace([one], tmp_path)
    response = load(tmp_path / "run.yaml").exchanges[0].response
    assert response is not None
    assert response.body is not None
    assert response.body.json is not None
    for field in STAYS:
        assert field in response.body.json


def test_a_canary_would_be_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody redacts, the search finds it: the suite can fail."""
    monkeypatch.setattr("tracer.redaction.Redactor.exchange", lambda _, exchange: exchange)
    monkeypatch.setattr("tracer.redaction.Redactor.again", lambda _, exchange: exchange)
    monkeypatch.setattr("tracer.redaction.seams.scan", lambda *_, **__: [])
    trace([_flow(CANARIES[0][1], gzip.compress, "gzip")], tmp_path)
    (path,) = tmp_path.glob("*.yaml")
    text = path.read_text()
    assert any(core in text for core in cores(SECRET))


def _flow(build: Build, encode: Callable[[bytes], bytes], coding: str) -> http.HTTPFlow:
    exchange = build(SECRET)
    url = urlsplit(exchange.request.url)
    path = (url.path or "/") + (f"?{url.query}" if url.query else "")
    one = flow(exchange.request.method, path, client=peer())
    if "@" in url.netloc:
        one.request.data.authority = url.netloc.encode()
        one.request.headers["Referer"] = exchange.request.url
    assert one.response is not None
    assert exchange.response is not None
    one.response.data.status_code = exchange.response.status
    one.response.data.reason = exchange.response.reason.encode()
    _fill(one.request, exchange.request.headers, exchange.request.body, encode, coding)
    _fill(one.response, exchange.response.headers, exchange.response.body, encode, coding)
    return one


def _fill(
    message: http.Message, headers: Headers, body: Body | None, encode: Callable[[bytes], bytes], coding: str
) -> None:
    fields = [(k, one) for k, v in headers.items() for one in ([v] if isinstance(v, str) else v)]
    message.headers = http.Headers([(k.encode(), v.encode("utf-8", "surrogateescape")) for k, v in fields])
    if body is None:
        return
    message.headers["Content-Type"] = body.type
    if coding != "identity":
        message.headers["Content-Encoding"] = coding
    raw = (
        base64.b64decode(body.base64) if body.base64 is not None else (body.json or body.text or "").encode()
    )
    message.raw_content = encode(raw)


@pytest.mark.parametrize("place", ["text", "JSON", "a field", "the query", "a reason"])
def test_a_known_secret_is_gone_in_every_spelling(place: str, tmp_path: Path) -> None:
    """A login teaches the secret; then it stands, spelled in each way, where nothing else tells."""
    nasty = "p@ss/w\"ö+ %'\\;rD9&<x>"
    body = json.dumps({"auth": {"identity": {"password": {"user": {"password": nasty}}}}})
    for number, (name, spelled) in enumerate(spellings(nasty).items()):
        client = peer()
        kind = {"Content-Type": "application/json"}
        login = flow(
            "POST", "/identity/v3/auth/tokens", 201, headers=kind, content=body.encode(), client=client
        )
        assert login.response is not None
        login.response.headers["X-Subject-Token"] = "gAAAAABjlug2ZWlEI9u8KK2SQ7ydjRYxuflGjdk1MoZpa-azw"
        folder = tmp_path / str(number)
        trace([login, _spelled(place, spelled, client)], folder)
        everything = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
        leaked = {core for core in cores(nasty) if core.encode() in everything}
        assert not leaked, f"{name} in {place}: {leaked}"


def _spelled(place: str, spelled: str, client: connection.Client) -> http.HTTPFlow:
    if place == "text":
        return flow(answer=f"it is {spelled}.".encode(), client=client, at=2)
    if place == "JSON":
        answer = json.dumps({"note": spelled}).encode()
        return flow(answer=answer, answer_headers={"Content-Type": "application/json"}, client=client, at=2)
    if place == "a field":
        return flow(answer_headers={"X-Note": spelled.replace("\n", "")}, client=client, at=2)
    one = flow(client=client, at=2)
    assert one.response is not None
    if place == "the query":
        one.request.data.path = f"/image?note={spelled}".encode()
    else:
        one.response.data.reason = spelled.encode()
    return one
