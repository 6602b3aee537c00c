"""The addon for one command, told of traffic as the proxy tells it."""

from __future__ import annotations

import asyncio
import itertools
from typing import TYPE_CHECKING

import psutil
import pytest
from mitmproxy import tls
from mitmproxy.addons.proxyserver import Proxyserver
from mitmproxy.flow import Error
from mitmproxy.options import Options
from mitmproxy.proxy.context import Context
from mitmproxy.test import taddons, tflow

from tests.capture.flows import flow
from tracer.capture.client.trusted_ca import Trust
from tracer.capture.mitm.distrust import CommandRemedies
from tracer.capture.mitm.single_run import SingleRun, _is_same
from tracer.model import Output
from tracer.runs.client_process import ClientProcess
from tracer.runs.events import Connected, Content, ExchangeCompleted, RawResponse, RequestStarted
from tracer.runs.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

KEYSTONE = "http://cloud.test/identity"
GLANCE_PORT, NOVA_PORT, CLIENT_PORT = 8082, 8083, 8080


class Command:
    """A command that is being recorded, with the ports of two services."""

    def __init__(
        self,
        folder: Path,
        environment: dict[str, str] | None = None,
        argv: tuple[str, ...] = ("openstack", "token", "issue"),
        name: str | None = "mine",
        secrets: tuple[str, ...] = (),
    ) -> None:
        settings = Settings(folder=folder, name=name, secrets=secrets)
        settings = settings.with_senders({GLANCE_PORT: "glance", NOVA_PORT: "nova"})
        self.tracer = SingleRun(
            settings,
            argv,
            environment or {},
            None,
            CommandRemedies(Trust(), folder),
            lambda _: None,
        )
        self._flows = itertools.count()

    def ask(
        self, port: int, url: str, token: str = "", agent: str = "", process: ClientProcess | None = None
    ) -> RequestStarted:
        name = str(next(self._flows))
        fields: tuple[tuple[bytes, bytes], ...] = ((b"User-Agent", agent.encode()),)
        if token:
            fields += ((b"X-Auth-Token", token.encode()),)
        asked = RequestStarted(
            name, f"c{name}", b"GET", url.encode(), b"HTTP/1.1", fields, 1000.0 + int(name)
        )
        self.tracer.sink().receive(Connected(asked.connection, "127.0.0.1", port, process))
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
    assert tracer.reporter.failure is None
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


def test_a_password_that_is_known_before_the_run_is_removed_everywhere(tmp_path: Path) -> None:
    password = "Wn7-placid-Heron"
    line = f"/v3/users/{password}"
    command = Command(tmp_path, argv=("GET", line), secrets=(password,))
    command.answer(command.ask(CLIENT_PORT, f"{KEYSTONE}{line}", "t"))
    command.end()
    assert command.tracer.saved is not None
    assert "<password-1>" in (command.tracer.saved.recording.command or "")
    assert password not in command.tracer.saved.path.read_text()


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


def test_each_client_that_the_command_starts_has_a_recording(command: Command) -> None:
    """A later recording has a number. The output belongs to all clients, and so to none of them."""
    for number, argv in enumerate((("openstack", "image", "list"), ("/usr/bin/curl", "http://cloud.test"))):
        process = ClientProcess(2**22 + number, 1.0, argv)
        command.answer(command.ask(CLIENT_PORT, KEYSTONE, process=process))
        command.answer(command.ask(CLIENT_PORT, f"{KEYSTONE}/v3/users", "t", process=process))
    command.end()
    assert command.tracer.saved is not None
    recordings = [command.tracer.saved, *command.tracer.further]
    assert [each.path.name for each in recordings] == ["mine.yaml", "mine-2.yaml"]
    assert [each.recording.command for each in recordings] == [
        "openstack image list",
        "curl http://cloud.test",
    ]
    assert [len(each.recording.exchanges) for each in recordings] == [2, 2]
    assert [each.recording.output for each in recordings] == [None, None]
    assert command.tracer.others == []


@pytest.mark.parametrize(
    ("argv", "has_output"),
    [
        (("openstack", "token", "issue"), True),
        (("timeout", "5", "openstack", "token", "issue"), True),
        (("env", "X=1", "openstack", "token", "issue"), True),
        (("sh", "-c", "openstack token issue; false"), False),
        (("./nightly.sh",), False),
    ],
)
def test_a_client_has_the_output_of_a_command_that_only_starts_it(
    argv: tuple[str, ...], tmp_path: Path, *, has_output: bool
) -> None:
    command = Command(tmp_path, argv=argv)
    process = ClientProcess(2**22, 1.0, ("python", "/usr/bin/openstack", "token", "issue"))
    command.answer(command.ask(CLIENT_PORT, KEYSTONE, process=process))
    command.end()
    assert command.tracer.saved is not None
    assert command.tracer.saved.recording.command == "openstack token issue"
    assert (command.tracer.saved.recording.output is not None) is has_output


def test_the_only_client_of_a_command_has_its_output(command: Command) -> None:
    process = ClientProcess(2**22, 1.0, ("openstack", "token", "issue"))
    command.answer(command.ask(CLIENT_PORT, KEYSTONE, process=process))
    command.end()
    assert command.tracer.saved is not None
    assert command.tracer.saved.recording.command == "openstack token issue"
    assert command.tracer.saved.recording.output == Output(exit=0)
    assert command.tracer.further == []


def test_a_keystone_that_is_down_is_at_the_authentication_url(tmp_path: Path) -> None:
    command = Command(tmp_path, {"OS_AUTH_URL": "http://cloud.test:5000/v3"})
    script = ClientProcess(2**22, 1.0, ("python", "many.py"))
    asked = command.ask(CLIENT_PORT, "http://cloud.test:5000/v3", process=script)
    command.answer(asked, error="Connection refused")
    command.end()
    assert command.tracer.saved is not None
    assert [sent.receiver for sent in command.tracer.saved.recording.exchanges] == ["keystone"]


def test_only_the_last_client_was_ended_with_the_command(command: Command) -> None:
    for number in range(2):
        process = ClientProcess(2**22 + number, 1.0, ("openstack", "image", "list"))
        command.answer(command.ask(CLIENT_PORT, KEYSTONE, process=process))
    command.tracer._manager.interrupted = "the client was ended by SIGTERM"
    asyncio.run(command.tracer.sink().finish())
    assert command.tracer.saved is not None
    recordings = [command.tracer.saved, *command.tracer.further]
    assert [each.recording.interrupted for each in recordings] == ["", "the client was ended by SIGTERM"]


@pytest.mark.parametrize(
    ("argv", "is_command"),
    [
        (("/opt/venv/bin/python", "/opt/venv/bin/openstack", "token", "issue"), True),
        (("/opt/venv/bin/python", "/opt/venv/bin/openstack", "image", "list"), False),
        (("sh", "-c", "openstack token issue"), False),
    ],
)
def test_a_client_is_the_command_if_it_has_its_words(argv: tuple[str, ...], *, is_command: bool) -> None:
    """The recorded command keeps the options that tracer replaces for the client."""
    client = ClientProcess(2**22, 1.0, argv)
    assert _is_same(client, ClientProcess(0, 0.0, ("openstack", "token", "issue"))) is is_command


def test_the_file_of_the_ca_does_not_distinguish_a_client_from_the_command() -> None:
    typed = ClientProcess(0, 0.0, ("openstack", "--os-cacert", "mine.pem", "token", "issue"))
    run = ClientProcess(2**22, 1.0, ("openstack", "--os-cacert", "/tracer/ca.pem", "token", "issue"))
    assert _is_same(run, typed)


def test_a_further_recording_replaces_none(command: Command, tmp_path: Path) -> None:
    earlier = tmp_path / "mine-2.yaml"
    earlier.write_text("an earlier recording")
    for number in range(3):
        process = ClientProcess(2**22 + number, 1.0, ("openstack", "image", "list"))
        command.answer(command.ask(CLIENT_PORT, KEYSTONE, process=process))
    command.end()
    assert command.tracer.saved is not None
    names = [each.path.name for each in (command.tracer.saved, *command.tracer.further)]
    assert names == ["mine.yaml", "mine-3.yaml", "mine-4.yaml"]
    assert earlier.read_text() == "an earlier recording"


def test_the_clients_of_a_command_share_their_secrets(tmp_path: Path) -> None:
    """One client may send or print a secret of another, or of the line that started it."""
    line = "DO=it openstack --os-password Quagga3Zebra x; openstack image list"
    command = Command(tmp_path, argv=("sh", "-c", line))
    first = ClientProcess(2**22, 1.0, ("openstack", "image", "create", "Quagga7Zebra-and-Quagga3Zebra"))
    second = ClientProcess(2**22 + 1, 2.0, ("openstack", "--os-password", "Quagga7Zebra", "image", "list"))
    for process in (first, second):
        url = f"{KEYSTONE}/Quagga7Zebra/Quagga3Zebra"
        command.answer(command.ask(CLIENT_PORT, url, process=process))
    command.end()
    texts = [path.read_text() for path in tmp_path.rglob("*") if path.is_file()]
    assert len(texts) >= 2
    assert not any("Quagga" in text for text in texts)


def test_the_journals_of_many_clients_are_not_all_open(command: Command) -> None:
    """A script may start more clients than a process may have open files."""
    before = psutil.Process().num_fds()
    clients = [ClientProcess(2**22 + number, 1.0, ("openstack", "image", "list")) for number in range(80)]
    for client in (*clients, clients[0]):
        command.answer(command.ask(CLIENT_PORT, KEYSTONE, process=client))
    assert psutil.Process().num_fds() - before < len(clients)
    command.end()
    assert command.tracer.saved is not None
    recordings = [command.tracer.saved, *command.tracer.further]
    assert [len(each.recording.exchanges) for each in recordings] == [2, *[1] * 79]


def test_an_unknown_command_of_a_shell_is_named_after_openstack(tmp_path: Path) -> None:
    folder = tmp_path / "site-packages"
    (folder / "python_openstackclient-9.0.0.dist-info").mkdir(parents=True)
    (folder / "python_openstackclient-9.0.0.dist-info" / "METADATA").write_text("Version: 9.0.0\n")
    shell = Command(tmp_path, {"PYTHONPATH": str(folder)}, ("openstack",), name=None)
    agent = "openstacksdk/4.9.0 keystoneauth1/5.13.0"
    shell.answer(shell.ask(CLIENT_PORT, "http://cloud.test/compute/v2.1/flavors", token="t", agent=agent))
    shell.end()
    assert shell.tracer.saved is not None
    assert shell.tracer.saved.path.name == "openstack.yaml"
    assert shell.tracer.saved.recording.participants["client"] == "openstack-client"
