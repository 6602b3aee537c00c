"""Every part of mitmproxy that tracer relies on is there: run on each mitmproxy that is supported."""

from __future__ import annotations

import ast
import asyncio
import functools
import importlib
import re
import socket
import tomllib
from asyncio.trsock import TransportSocket
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from mitmproxy import ctx, hooks, http
from mitmproxy.options import Options
from mitmproxy.tools.dump import DumpMaster

from tracer.capture.mitm import internals
from tracer.capture.mitm.embedded_proxy import master, own_context
from tracer.capture.mitm.single_run import SingleRun
from tracer.capture.mitm.tracer_addon import Tracer
from tracer.runs.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mitmproxy.master import Master

DOCUMENTED = {"connection", "ctx", "exceptions", "flow", "hooks", "http", "tls"}
"""Modules of mitmproxy whose names its documentation of addons gives."""

CAPTURE = Path(internals.__file__).parent

INTERNALS: Mapping[str, tuple[str, ...]] = {
    "mitmproxy.addonmanager": (
        "AddonManager.trigger_event",
        "AddonManager.invoke_addon",
        "Loader.add_option",
    ),
    "mitmproxy.addons.core": ("Core",),
    "mitmproxy.addons.disable_h2c": ("DisableH2C",),
    "mitmproxy.addons.next_layer": ("NextLayer",),
    "mitmproxy.addons.proxyserver": ("Proxyserver", "Servers.update"),
    "mitmproxy.addons.termlog": ("TermLog",),
    "mitmproxy.addons.tlsconfig": ("TlsConfig",),
    "mitmproxy.connection": ("ConnectionState",),
    "mitmproxy.certs": ("CertStore.from_store",),
    "mitmproxy.http": (
        "HTTPFlow.kill",
        "Message.headers",
        "Message.raw_content",
        "Message.stream",
        "MessageData.http_version",
        "Request.data",
        "RequestData.method",
        "ResponseData.reason",
    ),
    "mitmproxy.hooks": ("ConfigureHook",),
    "mitmproxy.log": ("ALERT", "MitmFormatter", "MitmLogHandler"),
    "mitmproxy.master": ("Master.run", "Master.shutdown"),
    "mitmproxy.options": ("Options.default", "Options.update"),
    "mitmproxy.optmanager": ("OptManager", "_Option.choices", "_Option.typespec", "load_paths", "parse"),
    "mitmproxy.proxy.context": ("Context",),
    "mitmproxy.proxy.layer": ("Layer",),
    "mitmproxy.proxy.layers": ("modes.HttpProxy",),
    "mitmproxy.proxy.mode_servers": (
        "AsyncioServerInstance.handle_stream",
        "AsyncioServerInstance.listen",
        "AsyncioServerInstance.make_top_layer",
    ),
    "mitmproxy.proxy.mode_specs": (
        "ProxyMode.__post_init__",
        "ProxyMode.default_port",
        "ProxyMode.description",
        "ProxyMode.transport_protocol",
        "ReverseMode",
        "ReverseMode.scheme",
        "Socks5Mode",
    ),
    "mitmproxy.proxy.server_hooks": (
        "ServerConnectionHookData.client",
        "ServerConnectionHookData.server",
    ),
    "mitmproxy.tools.cmdline": ("mitmdump",),
    "mitmproxy.tools.dump": ("DumpMaster",),
    "mitmproxy.tools.main": ("run",),
    "mitmproxy.utils.typecheck": ("check_option_type",),
}
"""Classes and their attributes by module. Each must be there in every supported mitmproxy."""

HOOKS = (
    "load",
    "configure",
    "running",
    "done",
    "client_connected",
    "client_disconnected",
    "http_connect",
    "http_connect_error",
    "server_connect",
    "tls_start_server",
    "tls_failed_client",
    "tls_failed_server",
    "requestheaders",
    "request",
    "responseheaders",
    "response",
    "error",
)
"""The hooks of mitmproxy that the addon implements."""

NAMES = [f"{module}:{path}" for module, paths in INTERNALS.items() for path in paths]
OPTIONS = (
    *("confdir", "flow_detail", "mode", "server"),
    *("ssl_insecure", "ssl_verify_upstream_trusted_ca", "stream_large_bodies"),
)


@pytest.mark.parametrize("name", NAMES)
def test_each_internal_is_there(name: str) -> None:
    module, _, path = name.partition(":")
    owner: object = importlib.import_module(module)
    assert functools.reduce(_attribute, path.split("."), owner) is not None


def _attribute(owner: object, name: str) -> object:
    """An attribute; its type where a class only declares it, as a dataclass does."""
    if isinstance(owner, type) and not hasattr(owner, name):
        return owner.__annotations__[name]
    return getattr(owner, name)


def test_the_list_has_all_that_is_imported() -> None:
    imported = set()
    for path in CAPTURE.glob("**/*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("mitmproxy"):
                imported |= {f"{node.module}:{alias.name}" for alias in node.names}
    known = {
        f"{module}:{path.partition('.')[0]}" for module, _, path in (name.partition(":") for name in NAMES)
    }
    known |= {f"mitmproxy:{module}" for module in DOCUMENTED | {"addonmanager", "options", "optmanager"}}
    known |= {"mitmproxy.proxy:layers", "mitmproxy.tools:cmdline", "mitmproxy.utils:typecheck"}
    assert imported - known == set()


def test_each_hook_is_one_of_mitmproxys() -> None:
    assert set(HOOKS) <= set(hooks.all_hooks)
    implemented = {name for name in hooks.all_hooks if hasattr(Tracer, name) or hasattr(SingleRun, name)}
    assert implemented == set(HOOKS)


def test_each_option_is_there() -> None:
    async def run() -> Options:
        with own_context():
            return DumpMaster(Options(), with_termlog=False).options

    options = asyncio.run(run())
    for name in (
        "confdir",
        "flow_detail",
        "mode",
        "server",
        "ssl_insecure",
        "ssl_verify_upstream_trusted_ca",
    ):
        assert name in options
    assert options.default("flow_detail") != 0
    assert options.deferred == {}


def test_a_mitmproxy_that_is_newer_than_what_was_tried_is_refused() -> None:
    project = tomllib.loads((CAPTURE.parents[2] / "pyproject.toml").read_text())["project"]
    (pinned,) = (one for one in project["dependencies"] if one.startswith("mitmproxy"))
    most = re.search(r"<(\d+)", pinned)
    assert most is not None
    assert int(version("mitmproxy").partition(".")[0]) < int(most[1]) <= 13


class _Probe:
    """Records the optional parts of mitmproxy that the tracer finds while a body streams."""

    def __init__(self) -> None:
        self.seen: dict[str, object] = {}

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        self.seen["socket"] = internals.sending_socket(flow, flow.client_conn)
        self.seen["handlers"] = len(internals.handlers())
        self.seen["dispatch"] = "trigger_event" in vars(ctx.master.addons)
        self.seen["servers"] = internals.servers() is not None


async def _talk(folder: Path, probe: _Probe) -> Master:
    """Have one exchange of streams recorded by a proxy, and stop that while the client is connected."""
    listener = socket.create_server(("127.0.0.1", 0))
    where = listener.getsockname()
    proxy = master([listener], folder / "ca", Tracer(Settings(folder=folder / "out")))
    proxy.addons.add(probe)
    origin = await asyncio.start_server(_answer, "127.0.0.1", 0)
    traffic = asyncio.create_task(proxy.run())
    reader, writer = await asyncio.open_connection(*where)
    address = f"127.0.0.1:{origin.sockets[0].getsockname()[1]}"
    writer.write(REQUEST.replace("ORIGIN", address).encode() + BODY)
    assert (await reader.readuntil(b"0\r\n\r\n")).startswith(b"HTTP/1.1 200 OK")
    proxy.shutdown()
    await traffic
    await proxy.addons.get("proxyserver").servers.update([])  # where the tracer could not stop listening
    writer.close()
    origin.close()
    return proxy


def test_what_is_optional_has_its_effect_and_is_undone(tmp_path: Path) -> None:
    """Parts that are missing are passed over at run time: here they must not be."""
    probe = _Probe()
    before = vars(ctx).copy()

    async def run() -> Master:
        proxy = await _talk(tmp_path, probe)
        assert internals.handlers() == {}
        return proxy

    with own_context():
        proxy = asyncio.run(run())
    assert vars(ctx) == before
    assert isinstance(probe.seen.pop("socket"), socket.socket | TransportSocket)
    assert probe.seen == {"handlers": 1, "dispatch": True, "servers": True}
    assert "trigger_event" not in vars(proxy.addons)
    assert len(list((tmp_path / "out").glob("*.yaml"))) == 1


def test_without_what_is_optional_recording_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(internals, "ctx", SimpleNamespace(master=SimpleNamespace(addons={})))
    probe = _Probe()
    with own_context():
        asyncio.run(_talk(tmp_path, probe))
    assert (probe.seen["handlers"], probe.seen["servers"], probe.seen["socket"]) == (0, False, None)
    assert len(list((tmp_path / "out").glob("*.yaml"))) == 1


REQUEST = (
    "PUT http://ORIGIN/x HTTP/1.1\r\nHost: ORIGIN\r\nContent-Type: application/octet-stream\r\n"
    "Transfer-Encoding: chunked\r\n\r\n"
)
BODY = b"3\r\nabc\r\n0\r\n\r\n"
RESPONSE = b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"0\r\n\r\n")
    writer.write(RESPONSE + BODY)
    await writer.drain()
    writer.close()
