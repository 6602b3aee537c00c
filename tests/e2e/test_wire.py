"""No byte between client and cloud is altered, and each exchange is recorded as what it is."""

from __future__ import annotations

import gzip
import json
import time
from typing import TYPE_CHECKING

import psutil
import pytest

from tests.e2e.conftest import Proxy
from tests.e2e.wire import RESET, Talk, dechunked, talk
from tests.patience import PATIENCE
from tracer.recording import load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tracer.model import Exchange

pytestmark = pytest.mark.e2e

OK = b"HTTP/1.1 200 OK\r\n"
JSON = b"Content-Type: application/json\r\n"
BYTES = b"Content-Type: application/octet-stream\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"


def ask(path: bytes = b"/x", method: bytes = b"GET", fields: bytes = b"", body: bytes = b"") -> bytes:
    return method + b" http://ORIGIN" + path + b" HTTP/1.1\r\nHost: ORIGIN\r\n" + fields + b"\r\n" + body


def put(body: bytes, fields: bytes = JSON) -> bytes:
    return ask(method=b"PUT", fields=fields + b"Content-Length: %d\r\n" % len(body), body=body)


def answer(body: bytes, fields: bytes = JSON, status: bytes = OK) -> bytes:
    return status + fields + b"Content-Length: %d\r\n\r\n" % len(body) + body


def chunks(*parts: bytes) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


TOO_LARGE = b"HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig"
DEEP = b"[" * 10_000 + b"]" * 10_000
BOMB = gzip.compress(b"\0" * 2**28, 9)[: 2**20]

TALKS: dict[str, Talk] = {
    "a plain exchange": Talk([ask()], [answer(b"{}")]),
    "keep-alive": Talk([ask(b"/1"), ask(b"/2"), ask(b"/3")], [answer(b"1"), answer(b"2"), answer(b"3")]),
    "pipelining": Talk([ask(b"/1") + ask(b"/2") + ask(b"/3")], [answer(b"1"), answer(b"2"), answer(b"3")]),
    "a chunked answer": Talk([ask()], [OK + JSON + CHUNKED + b"\r\n" + chunks(b"[1,", b"2]")]),
    "an empty chunked answer": Talk([ask()], [OK + JSON + CHUNKED + b"\r\n" + chunks()]),
    "a chunked request": Talk(
        [ask(method=b"PUT", fields=BYTES + CHUNKED, body=chunks(b"a" * 70_000, b"b"))],
        [answer(b"")],
        b"0\r\n\r\n",
    ),
    "an empty chunked request": Talk(
        [ask(method=b"PUT", fields=CHUNKED, body=chunks())], [answer(b"")], b"0\r\n\r\n"
    ),
    "a slow chunked request": Talk(
        [ask(method=b"PUT", fields=BYTES + CHUNKED), b"3\r\nabc\r\n", b"2\r\nde\r\n0\r\n\r\n"],
        [answer(b"{}")],
        b"0\r\n\r\n",
    ),
    "an answer that ends with its connection": Talk(
        [ask()], [b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nend"]
    ),
    "HEAD": Talk([ask(method=b"HEAD")] * 2, [OK + BYTES + b"Content-Length: 5000000\r\n\r\n"] * 2),
    "204": Talk([ask(method=b"DELETE")], [b"HTTP/1.1 204 No Content\r\n" + BYTES + b"\r\n"]),
    "304": Talk([ask()], [b'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\nContent-Length: 500\r\n\r\n']),
    "103 before 200": Talk([ask()], [b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + answer(b"{}")]),
    "zero bytes of an image": Talk([put(b"", BYTES)], [answer(b"", BYTES)]),
    "an image": Talk([put(bytes(range(256)) * 3, BYTES)], [answer(bytes(range(256)) * 5, BYTES)]),
    "an early answer": Talk(
        [ask(method=b"PUT", fields=BYTES + b"Content-Length: 300000\r\n", body=b"z" * 1000), b"z" * 299_000],
        [TOO_LARGE],
    ),
    "an early answer to chunks": Talk(
        [ask(method=b"PUT", fields=JSON + CHUNKED), b"3\r\nabc\r\n", b"0\r\n\r\n"], [TOO_LARGE]
    ),
    "an early answer to chunks, and the end": Talk(
        [ask(method=b"PUT", fields=JSON + CHUNKED), b"3\r\nabc\r\n", b"0\r\n\r\n"],
        [TOO_LARGE.replace(b"\r\n", b"\r\nConnection: close\r\n", 1)],
    ),
    "an early answer to much": Talk(
        [ask(method=b"PUT", fields=JSON + b"Content-Length: 2000000\r\n"), b"z" * 2_000_000, ask(b"/next")],
        [TOO_LARGE, answer(b"{}")],
    ),
    "an answer whose chunks end early": Talk([ask()], [OK + JSON + CHUNKED + b"\r\n5\r\n[1,2,\r\n"]),
    "an answer in the middle of a chunk": Talk([ask()], [OK + JSON + CHUNKED + b"\r\n5\r\n[1"]),
    "an answer whose chunks are none": Talk([ask()], [OK + JSON + CHUNKED + b"\r\n5\r\n[1,2,\r\nzz\r\n"]),
    "an answer that is cut": Talk([ask()], [OK + JSON + b"Content-Length: 50\r\n\r\n[1,2"]),
    "a request whose chunks are none": Talk(
        [ask(method=b"PUT", fields=JSON + CHUNKED, body=b"5\r\n[1,2,\r\nzz\r\n")], []
    ),
    "a chunked request that is cut": Talk(
        [ask(method=b"PUT", fields=JSON + CHUNKED, body=b"5\r\n[1,2,\r\n"), RESET], []
    ),
    "a request that is cut": Talk(
        [ask(method=b"PUT", fields=JSON + b"Content-Length: 9\r\n", body=b"part"), RESET], []
    ),
    "repeated and odd fields": Talk(
        [ask(fields=b"X-Dup: 1\r\nx-DUP: 2\r\nX-Dup: 3\r\nX-Esc: \x1b[31m\r\nX-Bin: \xff\xc3\xa9\r\n")],
        [answer(b"", b"Set-Cookie: a=1\r\nset-COOKIE: b=2\r\nX-Bin: \xff\xfe\r\nX-Empty:\r\n")],
    ),
    "a reason that is no text": Talk([ask()], [answer(b"", b"", b"HTTP/1.1 299 \xe9\xff Weird\r\n")]),
    "a path of all kinds": Talk([ask(b"/%ff%00/<script>/;?%e9=%zz&&=&a")], [answer(b"{}")]),
    "a method of its own": Talk([ask(method=b"BREW")], [answer(b"{}")]),
    "invalid gzip": Talk([ask()], [answer(b"\x1f\x8bnot gzip", JSON + b"Content-Encoding: gzip\r\n")]),
    "a gzip bomb": Talk([ask()], [answer(BOMB, JSON + b"Content-Encoding: gzip\r\n")]),
    "invalid UTF-8": Talk([put(b'{"a":"\xff\xfe"}')], [answer(b'{"a":"\xff\xfe"}')]),
    "invalid JSON": Talk([put(b'{"a":')], [answer(b'{"a":')]),
    "deep JSON": Talk([put(DEEP)], [answer(DEEP)]),
    "huge numbers and NaN": Talk(
        [ask()], [answer(b'{"a":NaN,"b":-Infinity,"c":' + b"9" * 5000 + b',"d":1e999999}')]
    ),
    "fields of 10 MB": Talk(
        [ask(fields=b"X-Big: " + b"q" * 10_000_000 + b"\r\n")],
        [answer(b"", b"X-Big: " + b"h" * 10_000_000 + b"\r\n")],
    ),
    "a body of 10 MB": Talk([ask()], [answer(b"x" * 10_000_000, b"Content-Type: text/plain\r\n")]),
    "HTTP/1.0": Talk(
        [b"GET http://ORIGIN/x HTTP/1.0\r\n\r\n"], [b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}"]
    ),
}

NEVER_SENT = {"a request that is cut", "a chunked request that is cut", "a request whose chunks are none"}
"""Requests that mitmproxy holds and that do not become complete."""


class Pair:
    """A proxy with the addon and one without, which all talks of this file go through."""

    def __init__(self, bare: Proxy, traced: Proxy, out: Path) -> None:
        self.bare, self.traced, self.out = bare, traced, out


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    folder = tmp_path_factory.mktemp("wire")
    (folder / "bare").mkdir()
    (folder / "traced").mkdir()
    # Eager connections would race with what the origin sees.
    lazy = ("--set", "connection_strategy=lazy", "--set", "validate_inbound_headers=false")
    bare = Proxy(folder / "bare", *lazy, addon=False)
    traced = Proxy(
        folder / "traced", *lazy, "--set", f"trace_dir={folder / 'out'}", "--set", "trace_diagram="
    )
    yield Pair(bare, traced, folder / "out")
    bare.stop()
    traced.stop()


@pytest.fixture(scope="module")
def streaming(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """As ``pair``, with mitmproxy's own option to let long bodies stream."""
    folder = tmp_path_factory.mktemp("streaming")
    (folder / "bare").mkdir()
    (folder / "traced").mkdir()
    options = ("--set", "connection_strategy=lazy", "--set", "stream_large_bodies=100k")
    bare = Proxy(folder / "bare", *options, addon=False)
    traced = Proxy(folder / "traced", *options, "--set", f"trace_dir={folder / 'out'}")
    yield Pair(bare, traced, folder / "out")
    bare.stop()
    traced.stop()


def test_what_mitmproxy_lets_stream_in_the_end_is_recorded(streaming: Pair) -> None:
    """A body of unknown length is held until it is long, and streams from then on."""
    parts = [b"a" * 60_000, b"b" * 60_000, b"c" * 60_000]
    up = ask(method=b"PUT", fields=JSON + CHUNKED, body=chunks(*parts))
    conversation = Talk([up], [OK + JSON + CHUNKED + b"\r\n" + chunks(*parts)], b"0\r\n\r\n")
    without = talk(streaming.bare, conversation)
    traced = talk(streaming.traced, conversation)
    assert dechunked(traced.at_origin) == dechunked(without.at_origin)
    assert dechunked(traced.at_client) == dechunked(without.at_client)
    exchange = _next(streaming.out, 0)
    assert exchange.response is not None
    for body in (exchange.request.body, exchange.response.body):
        assert body is not None
        assert body.text == b"".join(parts).decode()


@pytest.mark.parametrize("name", TALKS)
def test_the_bytes_are_those_of_a_proxy_without_the_addon(name: str, pair: Pair) -> None:
    without = talk(pair.bare, TALKS[name])
    traced = talk(pair.traced, TALKS[name])
    assert traced.at_origin or name in NEVER_SENT
    assert dechunked(traced.at_origin) == dechunked(without.at_origin)
    assert dechunked(traced.at_client) == dechunked(without.at_client)
    assert traced.closed == without.closed
    assert pair.traced.process.poll() is None


def test_each_is_recorded_as_what_it_is(mitmdump: Callable[..., Proxy], tmp_path: Path) -> None:
    out = tmp_path / "out"
    proxy = mitmdump("--set", f"trace_dir={out}", "--set", "validate_inbound_headers=false")
    names = [name for name in TALKS if TALKS[name].answers[1:] == []]
    found: dict[str, Exchange] = {}
    for name in names:
        before = _exchanges(out)
        talk(proxy, TALKS[name])
        found[name] = _next(out, len(before))
    assert proxy.stop() == 0
    responses = {name: exchange.response for name, exchange in found.items()}
    bodies = {name: response.body if response else None for name, response in responses.items()}
    assert {name for name, response in responses.items() if response is None} == NEVER_SENT
    assert found["a request that is cut"].error
    cut = found["an answer whose chunks end early"]
    assert cut.response is not None
    assert "incomplete chunked read" in (cut.error or "")
    early = found["an early answer"]
    assert early.response is not None
    assert early.response.status == 413
    image = found["an image"].request.body
    assert image is not None
    assert (image.omitted, image.size) == ("streamed", 768)
    kept = {name: (body.json, body.text, body.omitted) for name, body in bodies.items() if body is not None}
    assert json.loads(kept["a chunked answer"][0] or "") == [1, 2]
    assert kept["invalid gzip"] == (None, None, "undecodable")
    assert kept["a gzip bomb"][2] in {"undecodable", "too-large", "streamed"}
    assert kept["invalid JSON"][1] == '{"a":'
    assert (kept["deep JSON"][0] or "").count("[") == 10_000
    assert "NaN" in (kept["huge numbers and NaN"][0] or "")
    assert "9" * 5000 in (kept["huge numbers and NaN"][0] or "")
    assert kept["a body of 10 MB"] == (None, None, "streamed")
    assert found["repeated and odd fields"].request.headers["X-Dup"] == ["1", "3"]


def test_a_gzip_bomb_takes_no_memory(pair: Pair) -> None:
    """It would be 256 MiB; its first MiB of compressed bytes is what passes."""
    process = psutil.Process(pair.traced.process.pid)
    before = process.memory_info().rss
    for _ in range(3):
        talk(pair.traced, TALKS["a gzip bomb"])
    assert process.memory_info().rss - before < 32 * 2**20


def test_a_client_that_breaks_off_after_an_early_answer_is_recorded(
    mitmdump: Callable[..., Proxy], tmp_path: Path
) -> None:
    proxy = mitmdump("--set", f"trace_dir={tmp_path / 'out'}")
    head = ask(method=b"PUT", fields=BYTES + b"Content-Length: 3000000\r\n", body=b"z" * 1000)
    talk(proxy, Talk([head], [TOO_LARGE]))
    exchange = _next(tmp_path / "out", 0)
    assert exchange.response is not None
    assert exchange.response.status == 413
    assert exchange.error == "the client broke the request off after the answer"


def test_binary_chunks_stream(mitmdump: Callable[..., Proxy], tmp_path: Path) -> None:
    """An image of unknown length is not held: its answer comes while its end is still to be sent."""
    proxy = mitmdump("--set", f"trace_dir={tmp_path / 'out'}")
    for kind, answered in ((BYTES, TOO_LARGE), (JSON, b"")):
        head = ask(method=b"PUT", fields=kind + CHUNKED, body=b"3\r\nabc\r\n")
        assert talk(proxy, Talk([head], [TOO_LARGE])).at_client == answered


def _exchanges(out: Path) -> list[Exchange]:
    """All that stands in the journals, in the order of their ends."""
    from tracer.recording import read_journal

    journals = sorted((out / ".journal").glob("*.jsonl"))
    recordings = sorted(out.glob("*.yaml"), key=lambda path: path.stat().st_mtime)
    return [exchange for path in recordings for exchange in load(path).exchanges] + [
        exchange for path in journals for exchange in read_journal(path)[1]
    ]


def _next(out: Path, before: int) -> Exchange:
    deadline = time.monotonic() + PATIENCE
    while len(exchanges := _exchanges(out)) <= before:
        assert time.monotonic() < deadline, exchanges
        time.sleep(0.1)
    return exchanges[-1]
