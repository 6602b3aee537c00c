"""CONNECT requests that failed, as flows."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from mitmproxy import flow as mitmproxy_flow
from mitmproxy import http
from mitmproxy.proxy import server_hooks
from mitmproxy.test import taddons, tflow

from tests.capture.flows import flow, peer
from tracer.capture.mitm.flow_events import request_started
from tracer.capture.mitm.tracer_addon import Tracer
from tracer.capture.mitm.tunnels import Tunnels, failed_tunnel
from tracer.recording import load

if TYPE_CHECKING:
    from pathlib import Path


def tunnel(
    error: str | None = None,
    *,
    tried: float | None = 1.0,
    accepted: float | None = 1.1,
    tls: bool = True,
    status: int = 200,
    authority: str = "cloud.test:5000",
) -> http.HTTPFlow:
    """A CONNECT request whose connection to the cloud went as told."""
    made = flow("CONNECT", client=peer(), at=1.0, status=status)
    made.request.authority = authority
    made.server_conn = tflow.tserver_conn()
    made.server_conn.error = error
    made.server_conn.timestamp_start = tried
    made.server_conn.timestamp_tcp_setup = accepted
    made.server_conn.timestamp_tls_setup = None
    made.server_conn.tls = tls
    return made


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (tunnel("[Errno 111] refused", accepted=None), "[Errno 111] refused"),
        (
            tunnel("connection cancelled", accepted=None),
            "the client left before the cloud accepted the connection",
        ),
        (tunnel(accepted=None), "the client left before the cloud accepted the connection"),
        (tunnel(), "the client left before the TLS handshake with the cloud was complete"),
    ],
)
def test_the_cloud_is_why_nothing_came(made: http.HTTPFlow, reason: str) -> None:
    failure = failed_tunnel(made)
    assert failure is not None
    assert failure.error is not None
    assert (failure.error.msg, failure.response) == (reason, None)
    assert made.error is None


@pytest.mark.parametrize("made", [tunnel(tried=None), tunnel(tls=False)])
def test_a_tunnel_that_is_only_kept_ready_is_no_failure(made: http.HTTPFlow) -> None:
    assert failed_tunnel(made) is None


def test_a_tunnel_that_was_wanted_for_a_request_is_a_failure() -> None:
    failures = [failed_tunnel(tunnel(tried=None, status=status), "left") for status in (200, 407)]
    assert [one and one.error and one.error.msg for one in failures] == ["left", None]


def test_a_refusal_of_the_proxy_stays_a_response() -> None:
    failure = failed_tunnel(tunnel(tried=None, status=407))
    assert failure is not None
    assert failure.error is None
    assert failure.response is not None
    assert failure.response.status_code == 407


def test_a_tunnel_that_was_used_is_forgotten() -> None:
    tunnels = Tunnels()
    used, failed = tunnel("x"), tunnel("y")
    for one in (used, failed):
        tunnels.open(one)
    tunnels.use(used.client_conn.id)
    assert tunnels.close(used.client_conn.id) is None
    assert [one.error.msg for one in tunnels.close_all() if one.error] == ["y"]
    assert list(tunnels.close_all()) == []


def test_a_tunnel_without_http_is_remembered_once_and_not_for_udp() -> None:
    tunnels = Tunnels()
    data = server_hooks.ServerConnectionHookData(tflow.tserver_conn(), tflow.tclient_conn())
    data.server.address = ("2001:db8::7", 5000)
    data.server.transport_protocol = "udp"
    tunnels.open_without_request(data)
    assert tunnels.close(data.client.id) is None
    data.server.transport_protocol, data.server.error = "tcp", "refused"
    before = tunnel("asked before")
    before.client_conn.id = data.client.id
    tunnels.open(before)
    tunnels.open_without_request(data)
    kept = tunnels.close(data.client.id)
    assert kept is not None
    assert kept.error is not None
    assert kept.error.msg == "asked before"
    tunnels.open_without_request(data)
    made = tunnels.close(data.client.id)
    assert made is not None
    assert (made.request.method, made.request.authority) == ("CONNECT", "[2001:db8::7]:5000")


@pytest.mark.parametrize(
    ("tls", "port", "url"),
    [
        (False, 5000, b"http://cloud.test:5000/"),
        (False, 80, b"http://cloud.test/"),
        (True, 5000, b"https://cloud.test:5000/"),
        (True, 443, b"https://cloud.test/"),
        (False, 443, b"https://cloud.test/"),  # refused before TLS began
    ],
)
def test_a_tunnel_without_http_is_https_with_tls_or_by_its_port(tls: bool, port: int, url: bytes) -> None:
    tunnels = Tunnels()
    data = server_hooks.ServerConnectionHookData(tflow.tserver_conn(), tflow.tclient_conn())
    data.server.address, data.server.error = ("cloud.test", port), "refused"
    tunnels.open_without_request(data)
    data.server.tls = tls  # it may be known later only
    failure = tunnels.close(data.client.id)
    assert failure is not None
    assert request_started(failure).url == url


def test_a_request_tells_of_its_server_itself(tmp_path: Path) -> None:
    async def run() -> None:
        tracer = Tracer()
        with taddons.context(tracer) as context:
            context.configure(tracer, trace_dir=str(tmp_path), trace_diagram="", server=False)
            one = flow("GET", client=peer())
            one.response, one.server_conn.error = None, "refused"
            await tracer.requestheaders(one)
            tracer.server_connect(server_hooks.ServerConnectionHookData(one.server_conn, one.client_conn))
            one.error = mitmproxy_flow.Error("refused")
            await tracer.error(one)
            tracer.client_disconnected(one.client_conn)
            await tracer.done()

    asyncio.run(run())
    recording = load(tmp_path / "run.yaml")
    assert [(one.request.method, one.error) for one in recording.exchanges] == [("GET", "refused")]


@pytest.mark.parametrize(
    ("authority", "url"),
    [
        ("cloud.test:5000", "https://cloud.test:5000/"),
        ("cloud.test:443", "https://cloud.test/"),
        ("[::1]:5000", "https://[::1]:5000/"),
    ],
)
def test_the_recording_holds_the_request_and_the_reason(authority: str, url: str, tmp_path: Path) -> None:
    async def run() -> None:
        tracer = Tracer()
        with taddons.context(tracer) as context:
            context.configure(tracer, trace_dir=str(tmp_path), trace_diagram="", server=False)
            failed = tunnel("[Errno 111] refused", authority=authority)
            await tracer.client_connected(failed.client_conn)
            tracer.http_connect(failed)
            tracer.client_disconnected(failed.client_conn)
            await tracer.done()

    asyncio.run(run())
    recording = load(tmp_path / "run.yaml")
    assert [(one.request.method, one.request.url, one.error) for one in recording.exchanges] == [
        ("CONNECT", url, "[Errno 111] refused")
    ]
