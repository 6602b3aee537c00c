"""The addon for one command, told of traffic as the proxy tells it."""

from __future__ import annotations

import asyncio
import itertools
from typing import TYPE_CHECKING

import pytest
from mitmproxy import tls
from mitmproxy.addons.proxyserver import Proxyserver
from mitmproxy.flow import Error
from mitmproxy.options import Options
from mitmproxy.proxy.context import Context
from mitmproxy.test import taddons, tflow

from tests.capture.flows import flow
from tracer.capture.client.trust import Trust
from tracer.capture.mitm.distrust import CommandRemedies
from tracer.capture.mitm.single_run import SingleRun
from tracer.model import Output
from tracer.runs.events import Connected, Content, ExchangeCompleted, RawResponse, RequestStarted
from tracer.runs.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

KEYSTONE = "http://cloud.test/identity"
GLANCE_PORT, NOVA_PORT, CLIENT_PORT = 8082, 8083, 8080


class Command:
    """A command that is being recorded, with the ports of two services."""

    def __init__(self, folder: Path) -> None:
        settings = Settings(folder=folder, name="mine").with_senders(
            {GLANCE_PORT: "glance", NOVA_PORT: "nova"}
        )
        self.tracer = SingleRun(
            settings,
            ("openstack", "token", "issue"),
            {},
            None,
            CommandRemedies(Trust(), folder),
            lambda _: None,
        )
        self._flows = itertools.count()

    def ask(self, port: int, url: str, token: str = "", agent: str = "") -> RequestStarted:
        name = str(next(self._flows))
        fields: tuple[tuple[bytes, bytes], ...] = ((b"User-Agent", agent.encode()),)
        if token:
            fields += ((b"X-Auth-Token", token.encode()),)
        asked = RequestStarted(
            name, f"c{name}", b"GET", url.encode(), b"HTTP/1.1", fields, 1000.0 + int(name)
        )
        self.tracer.sink().receive(Connected(asked.connection, "127.0.0.1", port))
        self.tracer.sink().receive(asked)
        return asked

    def answer(self, asked: RequestStarted, error: str = "") -> None:
        reply = None if error else RawResponse(200, b"OK", (), Content())
        said = error.encode() or None
        self.tracer.sink().receive(ExchangeCompleted(asked.flow, asked.started + 50, Content(), reply, said))

    def end(self) -> None:
        self.tracer._manager.output = Output(exit=0)
        self.tracer._manager.interrupted = ""
        asyncio.run(self.tracer.sink().finish())


@pytest.mark.parametrize("sent", [True, False])
def test_the_recording_holds_the_reason_where_the_clouds_ca_cannot_be_loaded(
    sent: bool, tmp_path: Path
) -> None:
    """Without a TLS context, mitmproxy tells of a connection that was closed."""
    warnings: list[str] = []
    trust = Trust(str(tmp_path / "missing"), "OS_CACERT")
    remedies = CommandRemedies(trust, tmp_path)
    tracer = SingleRun(Settings(folder=tmp_path), ("openstack",), {}, None, remedies, warnings.append)
    request = flow(path="/identity")
    request.request.scheme, request.response, request.error = "https", None, Error("connection closed")
    request.server_conn = tflow.tserver_conn()
    request.server_conn.timestamp_tls_setup = None
    tunnel = flow("CONNECT", client=request.client_conn)
    tunnel.response, tunnel.server_conn = None, request.server_conn

    async def run() -> None:
        with taddons.context(tracer, Proxyserver()):
            await tracer.client_connected(request.client_conn)
            tracer.http_connect(tunnel)
            handshake = tls.TlsData(request.server_conn, Context(request.client_conn, Options()))
            tracer.tls_start_server(handshake)
            request.server_conn.error = "connection closed"
            tracer.tls_failed_server(handshake)
            if sent:
                await tracer.requestheaders(request)
                await tracer.request(request)
                await tracer.error(request)
            tracer.client_disconnected(request.client_conn)
            tracer._manager.output, tracer._manager.interrupted = Output(exit=1), ""
            await tracer.done()

    asyncio.run(run())
    assert tracer.failure is None
    reason = f"the proxy cannot use OS_CACERT ({tmp_path / 'missing'}): there is no such file"
    assert tracer.saved is not None
    (exchange,) = tracer.saved.recording.exchanges
    assert (exchange.request.method, exchange.error) == ("GET" if sent else "CONNECT", reason)
    assert warnings == [reason]


@pytest.fixture
def command(tmp_path: Path) -> Command:
    return Command(tmp_path)


def test_a_service_that_speaks_first_is_a_run_of_its_own(command: Command) -> None:
    command.answer(command.ask(GLANCE_PORT, f"{KEYSTONE}/v3"))
    command.answer(command.ask(CLIENT_PORT, KEYSTONE))
    command.end()
    assert command.tracer.saved is not None
    assert command.tracer.saved.path.name == "mine.yaml"
    assert [each.sender for each in command.tracer.saved.recording.exchanges] == ["client"]
    (aside,) = command.tracer.others
    assert aside.path.name == "glance.yaml"


def test_a_call_under_way_when_the_command_ends_interrupts_nothing(command: Command) -> None:
    asked = command.ask(CLIENT_PORT, "http://cloud.test/image/v2/images", "t")
    call = command.ask(GLANCE_PORT, KEYSTONE, "t")
    command.answer(asked)
    command.answer(call, "the proxy stopped before the answer came")
    command.end()
    assert command.tracer.saved is not None
    recording = command.tracer.saved.recording
    assert [(each.sender, each.error is None) for each in recording.exchanges] == [
        ("client", True),
        ("glance", False),
    ]
    assert recording.interrupted == ""


def test_a_request_of_the_client_without_an_answer_interrupts_the_run(command: Command) -> None:
    command.answer(command.ask(CLIENT_PORT, KEYSTONE), "gone")
    command.end()
    assert command.tracer.saved is not None
    assert command.tracer.saved.recording.interrupted == "the last request had no answer"


def test_a_run_that_a_service_begins_is_named_after_it_whoever_takes_part(command: Command) -> None:
    begun = command.ask(NOVA_PORT, "http://cloud.test/image/v2/images", "t")
    command.answer(command.ask(GLANCE_PORT, f"{KEYSTONE}/v3/users", "t"))
    command.answer(begun)
    command.end()
    (aside,) = command.tracer.others
    assert aside.path.name == "nova.yaml"
    assert [each.sender for each in aside.recording.exchanges] == ["nova", "glance"]
