"""Swift in one process: its rings, its servers, its paths and its log."""

from __future__ import annotations

import io
import logging
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from tests.cloud.adapters.standins import install
from tracer.cloud.adapters import swift_adapter

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Install a Swift that notes what is done with it. Return its notes."""
    notes: list[Any] = []
    ports = iter([6201, 6202, 6203])

    def listen(address: tuple[str, int]) -> SimpleNamespace:
        assert address == ("127.0.0.1", 0)
        port = next(ports)
        return SimpleNamespace(getsockname=lambda: ("127.0.0.1", port))

    def ring(partitions: Any, devices: list[dict[str, Any]], _shift: int) -> SimpleNamespace:
        (device,) = devices
        return SimpleNamespace(save=lambda path: notes.append((path, device["ip"], device["port"])))

    def loadapp(uri: str, name: str) -> Callable[..., str]:
        notes.append((uri, name))
        return lambda environ, _: f"{environ['SCRIPT_NAME']} {environ['PATH_INFO']}"

    monkeypatch.setattr(sys, "argv", ["launcher.py"])
    monkeypatch.setenv("SWIFT_DIR", "/swift")
    install(
        monkeypatch,
        eventlet_patch={"patch": lambda: notes.append("patch")},
        swift__common__utils={
            "monkey_patch": lambda: None,
            "set_swift_dir": lambda folder: folder == "/swift",
        },
        swift__common__storage_policy={"reload_storage_policies": lambda: notes.append("policies")},
        swift__common__http_protocol={"SwiftHttpProtocol": "protocol"},
        swift__common__ring__ring={"RingData": ring},
        eventlet={
            "listen": listen,
            "wsgi": SimpleNamespace(server=None),
            "spawn_n": lambda _server, listening, _app, **_options: notes.append(
                f"served at {listening.getsockname()[1]}"
            ),
        },
        paste__deploy={"loadapp": loadapp},
    )
    return notes


def test_each_server_has_a_ring_with_its_port_before_it_is_loaded(said: list[Any]) -> None:
    swift_adapter.application()
    assert said[:2] == ["patch", "policies"]
    assert said[2:5] == [
        ("/swift/account.ring.gz", "127.0.0.1", 6201),
        ("config:/swift/servers.ini", "account"),
        "served at 6201",
    ]
    assert said[-1] == ("config:/swift/servers.ini", "proxy")
    assert [note for note in said if str(note).startswith("served")] == [
        f"served at {port}" for port in (6201, 6202, 6203)
    ]
    assert sys.argv[0] == "swift-proxy-server"


def test_the_proxy_gets_the_whole_path(said: list[Any]) -> None:
    app = swift_adapter.application()
    assert app({"SCRIPT_NAME": "/v1", "PATH_INFO": "/AUTH_1/c"}, None) == " /v1/AUTH_1/c"


def test_warnings_go_to_the_log_of_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", written := io.StringIO())
    logger = logging.Logger("swift")
    logger.addHandler(logging.NullHandler())
    swift_adapter.log_to_stderr(None, "", None, "", "%(name)s: %(message)s", logger, None)
    logger.info("all is well")
    logger.warning("a disk is full")
    assert written.getvalue().endswith("WARNING swift: a disk is full\n")
    assert written.getvalue().count("\n") == 1
