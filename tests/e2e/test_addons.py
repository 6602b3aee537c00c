"""Other addons do and see the same with the addon as without it, whichever comes first."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from mitmproxy import http
from mitmproxy.io import FlowReader

from tests.e2e.conftest import ROOT, Proxy
from tests.e2e.test_wire import BYTES, CHUNKED, JSON, OK, answer, ask, chunks
from tests.e2e.wire import QUIET, Heard, Talk, dechunked, talk
from tests.rest import Rest
from tracer.recording import load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.e2e

OTHERS = ("-s", str(Path(__file__).with_name("addons.py")))
TRACER = ("-s", str(ROOT / "addons" / "trace.py"))
TEXT = b"Content-Type: text/plain\r\n"
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
WORLD = b'{"hello": "world"}'
LONG = b'{"hello": "' + b"w" * 2_000_000 + b'"}'
UPGRADE = (
    b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
)
SWITCHED = (
    b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n\x81\x05hello"
)


def send(path: bytes, body: bytes, fields: bytes = JSON, method: bytes = b"PUT") -> bytes:
    return ask(path, method, fields + b"Content-Length: %d\r\n" % len(body), body)


def send_chunks(path: bytes, *parts: bytes, fields: bytes = JSON) -> bytes:
    return ask(path, b"PUT", fields + CHUNKED, chunks(*parts))


def chunked(*parts: bytes, fields: bytes = JSON) -> bytes:
    return OK + fields + CHUNKED + b"\r\n" + chunks(*parts)


def masked(text: bytes) -> bytes:
    """A WebSocket text frame of a client (RFC 6455, section 5.2); a mask of zeros changes nothing."""
    return bytes((0x81, 0x80 | len(text), 0, 0, 0, 0)) + text


def _in_any_order(heard: bytes) -> object:
    """Requests of two connections, which may come in either order."""
    return sorted(heard.split(b"PUT "))


def _length(heard: bytes) -> object:
    """mitmproxy masks WebSocket messages anew, by chance."""
    return len(heard)


class Case(NamedTuple):
    """A conversation, and what of the bytes at the origin must be the same."""

    talk: Talk
    at_origin: Callable[[bytes], object] = dechunked


def case(request: bytes, reply: bytes, until: bytes = b"\r\n\r\n") -> Case:
    return Case(Talk([request], [reply], until))


END = b"0\r\n\r\n"
CASES: dict[str, Case] = {
    "read a body": case(ask(b"/read"), answer(WORLD)),
    "read chunks": case(ask(b"/read"), chunked(WORLD[:9], WORLD[9:])),
    "read chunks that are long": case(ask(b"/read"), chunked(LONG)),
    "read up to the end": case(ask(b"/read"), b"HTTP/1.0 200 OK\r\n" + JSON + b"\r\n" + WORLD),
    "read binary": case(ask(b"/read"), answer(WORLD, BYTES)),
    "read what is sent": case(send(b"/read", WORLD), answer(WORLD)),
    "read chunks that are sent": case(send_chunks(b"/read", WORLD[:9], WORLD[9:]), answer(b""), END),
    "read binary that is sent": case(send(b"/read", WORLD, BYTES), answer(WORLD)),
    "read long chunks that are sent": case(send_chunks(b"/read", LONG), answer(b""), END),
    "read what is cut": case(ask(b"/read"), OK + JSON + CHUNKED + b"\r\n9\r\n" + WORLD[:9] + b"\r\n"),
    "read no body": case(ask(b"/read", b"HEAD"), OK + BYTES + b"Content-Length: 5000000\r\n\r\n"),
    "read nothing new": case(ask(b"/read"), b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5000000\r\n\r\n"),
    "change a form": case(send(b"/form", b"a=1&b=2", FORM, b"POST"), answer(b"{}")),
    "change a form in chunks": case(send_chunks(b"/form", b"a=1", b"&b=2", fields=FORM), answer(b"{}"), END),
    "make a form": case(ask(b"/form", b"POST"), answer(b"{}")),
    "answer": case(ask(b"/reply"), answer(b"never")),
    "answer what is sent in chunks": case(send_chunks(b"/reply", WORLD), answer(b"never")),
    "answer what is sent": case(send(b"/reply", WORLD, BYTES), answer(b"never")),
    "answer a long body at its head": case(send(b"/reply/head", LONG), answer(b"never")),
    "answer binary chunks at their head": case(send_chunks(b"/reply/head", WORLD, fields=BYTES), b""),
    "answer much": case(ask(b"/reply/large"), b""),
    "answer binary": case(ask(b"/reply/bytes"), b""),
    "stream": case(ask(b"/stream"), answer(b"a" * 70_000)),
    "stream chunks": case(ask(b"/stream"), chunked(b"a" * 70_000, b"b")),
    "stream and change": case(ask(b"/stream/change"), chunked(b"abc", b"def")),
    "stream and change binary": case(ask(b"/stream/change"), chunked(b"abc", b"def", fields=BYTES)),
    "stream and change much": case(ask(b"/stream/change"), answer(LONG)),
    "do not stream": case(ask(b"/stream/not"), chunked(WORLD)),
    "stream and change what is sent": case(
        send_chunks(b"/stream/up", b"banana", b"ananas", fields=BYTES), answer(b""), END
    ),
    "add trailers": case(ask(b"/trailers"), chunked(WORLD)),
    "see trailers": case(
        ask(b"/trailers"),
        chunked(WORLD)[:-2].replace(CHUNKED, CHUNKED + b"Trailer: X-T\r\n") + b"X-T: 1\r\n\r\n",
    ),
    "change fields": case(ask(b"/fields?a=1"), answer(b"{}")),
    "replace a body": case(ask(b"/mirror"), chunked(b"{}", WORLD)),
    "replace binary": case(ask(b"/mirror"), answer(WORLD, BYTES)),
    "kill a request at its head": case(send(b"/kill/requestheaders", LONG), answer(b"{}")),
    "kill a request": case(send(b"/kill/request", WORLD), answer(b"{}")),
    "kill a response at its head": case(ask(b"/kill/responseheaders"), answer(LONG)),
    "kill a response": case(ask(b"/kill/response"), chunked(WORLD)),
    "wait": case(ask(b"/slow"), chunked(WORLD)),
    "intercept": case(send_chunks(b"/intercept", WORLD), chunked(WORLD), END),
    "repeat": Case(Talk([send(b"/repeat", WORLD, TEXT)], [answer(b"{}")] * 2), _in_any_order),
    "a WebSocket": Case(
        Talk([ask(b"/socket", fields=UPGRADE), masked(b"over"), masked(b"inject")], [SWITCHED]), _length
    ),
    "a tunnel": Case(
        Talk([b"CONNECT ORIGIN HTTP/1.1\r\nHost: ORIGIN\r\n\r\n", b"\1\2over"], [b"\3over and out"], b"under")
    ),
}
"""Talks by what the addons of ``addons.py`` do with them."""


class Arranged(NamedTuple):
    """A proxy whose addons come in some order, in a folder of its own."""

    proxy: Proxy
    folder: Path


@pytest.fixture(scope="module")
def arranged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Arranged]]:
    orders = {"alone": OTHERS, "first": (*TRACER, *OTHERS), "last": (*OTHERS, *TRACER)}
    proxies = {}
    for name, order in orders.items():
        folder = tmp_path_factory.mktemp(name)
        # Eager connections would race with what the origin sees.
        options = ["--set", "connection_strategy=lazy", "--set", "hardump=flows.har", "-w", "flows.mitm"]
        if name != "alone":
            options += ["--set", "trace_dir=out", "--set", "trace_diagram="]
        proxies[name] = Arranged(Proxy(folder, *order, *options, addon=False), folder)
    yield proxies
    for proxy, _ in proxies.values():
        proxy.stop()


def _effects(proxy: Proxy) -> list[str]:
    """What the addons printed, once they print no more."""
    Rest(proxy.process.pid).wait(QUIET)
    return re.findall(r"^effect (.*)", proxy.printed, re.MULTILINE)


def _talked(proxy: Proxy, conversation: Talk) -> tuple[Heard, list[str]]:
    before = len(_effects(proxy))
    heard = talk(proxy, conversation)
    return heard, _effects(proxy)[before:]


@pytest.mark.parametrize("name", CASES)
def test_other_addons_do_and_see_the_same(name: str, arranged: dict[str, Arranged]) -> None:
    conversation, at_origin = CASES[name]
    with ThreadPoolExecutor(3) as pool:
        alone, first, last = pool.map(lambda one: _talked(one.proxy, conversation), arranged.values())
    for heard, effects in (first, last):
        assert at_origin(heard.at_origin) == at_origin(alone[0].at_origin)
        assert dechunked(heard.at_client) == dechunked(alone[0].at_client)
        # The two sides of a WebSocket or a tunnel may be seen in either order.
        assert sorted(effects) == sorted(alone[1])


def test_what_is_stored_is_the_same(tmp_path: Path) -> None:
    """`-w`, `hardump` and an addon that writes flows hold each body, and the recording what it may."""
    names = [name for name in CASES if name.startswith(("read", "change", "replace", "answer", "stream"))]
    stored: dict[str, list[object]] = {}
    for order, scripts in (("alone", OTHERS), ("first", (*TRACER, *OTHERS))):
        folder = tmp_path / order
        folder.mkdir()
        options = ["--set", "hardump=flows.har", "-w", "flows.mitm", "--set", "connection_strategy=lazy"]
        if order == "first":
            options += ["--set", "trace_dir=out", "--set", "trace_diagram="]
        proxy = Proxy(folder, *scripts, *options, addon=False)
        for name in names:
            talk(proxy, CASES[name].talk)
        assert proxy.stop() == 0
        flows = [_flows(folder / "flows.mitm"), _flows(folder / "written.mitm")]
        stored[order] = [*flows, _entries(folder / "flows.har")]
        assert len(flows[0]) == len(names)
    assert stored["first"] == stored["alone"]
    (path,) = (tmp_path / "first" / "out").glob("*.yaml")
    recorded = dict(zip(names, load(path).exchanges, strict=True))
    sent, answered = recorded["read long chunks that are sent"], recorded["read chunks that are long"]
    assert answered.response is not None
    for body in (sent.request.body, answered.response.body):
        assert body is not None
        assert (body.omitted, body.size, body.sha256) == ("too-large", len(LONG), sha256(LONG).hexdigest())
    for name in ("read binary", "replace binary"):
        response = recorded[name].response
        assert response is not None
        assert response.body is not None
        assert (response.body.omitted, response.body.sha256) == ("streamed", sha256(WORLD).hexdigest())
    form = recorded["change a form in chunks"].request.body
    assert form is not None
    assert form.text == "a=1&b=2"
    much = recorded["answer much"].response
    assert much is not None
    assert much.body is not None
    assert (much.body.omitted, much.body.size) == ("too-large", 2_000_000)


def _flows(path: Path) -> list[tuple[object, ...]]:
    with path.open("rb") as file:
        flows = [flow for flow in FlowReader(file).stream() if isinstance(flow, http.HTTPFlow)]
    return [
        (flow.request.path, flow.request.raw_content, flow.response and flow.response.raw_content)
        for flow in flows
    ]


def _entries(path: Path) -> list[object]:
    entries = json.loads(path.read_text())["log"]["entries"]
    return [(entry["request"].get("postData"), entry["response"].get("content")) for entry in entries]
