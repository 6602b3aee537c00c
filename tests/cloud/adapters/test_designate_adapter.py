"""Designate in one process: its workers, and a pool whose nameserver is its own DNS server."""

from __future__ import annotations

import socket
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from tests.cloud.adapters.standins import install
from tracer.cloud.adapters import designate_adapter

if TYPE_CHECKING:
    from collections.abc import Callable


class Options(dict[str, Any]):
    """The options of Designate, by section."""

    def set_override(self, name: str, value: Any, section: str) -> None:
        self[section] = {name: value}


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Install a Designate that notes what is done with it. Return its notes."""
    notes: list[Any] = []

    def worker(name: str) -> Callable[[], SimpleNamespace]:
        return lambda: SimpleNamespace(
            start=lambda: notes.append(name),
            get_pool=lambda _context, pool_id: f"pool {pool_id}",
            update_pool=lambda context, pool: notes.append((context, *pool)),
        )

    def init_application() -> str:
        notes.append("application")
        return "app"

    options = Options({"service:central": SimpleNamespace(default_pool_id="p1")})
    context = SimpleNamespace(get_admin_context=lambda *, all_tenants: f"admin of all: {all_tenants}")
    monkeypatch.setattr(sys, "argv", ["launcher.py"])
    install(
        monkeypatch,
        designate__cmd={},
        sqlite_transactions={"begin_immediately": lambda: notes.append("transactions")},
        designate__api__wsgi={"init_application": init_application},
        designate__conf={"CONF": options},
        designate__context={"DesignateContext": context},
        designate__objects__adapters={
            "DesignateAdapter": SimpleNamespace(parse=lambda _form, content, pool: (content, pool))
        },
        **{
            f"designate__{name}__service": {"Service": worker(name)}
            for name in ("central", "mdns", "worker", "producer")
        },
    )
    return [notes, options]


def test_the_pool_has_the_port_of_the_dns_server_before_the_workers_start(said: list[Any]) -> None:
    notes, options = said
    assert designate_adapter.application() == "app"
    assert notes[:3] == ["transactions", "application", "central"]
    context, content, pool = notes[3]
    assert (context, pool) == ("admin of all: True", "pool p1")
    (nameserver,) = content["nameservers"]
    assert options["service:mdns"] == {"listen": [f"127.0.0.1:{nameserver['port']}"]}
    assert [target["type"] for target in content["targets"]] == ["fake"]
    assert notes[4:] == ["mdns", "worker", "producer"]
    assert sys.argv[0] == "designate-api"


def test_a_port_is_free_for_both_protocols() -> None:
    port = designate_adapter.free_port()
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(socket.AF_INET, kind) as taken:
            taken.bind(("127.0.0.1", port))


def test_a_port_that_another_protocol_has_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        number = taken.getsockname()[1]
        real, tried = socket.socket.bind, []

        def bind(own: socket.socket, address: tuple[str, int]) -> None:
            tried.append(address)
            real(own, (address[0], number) if len(tried) == 1 else address)

        monkeypatch.setattr(socket.socket, "bind", bind)
        assert designate_adapter.free_port() != number
        assert len(tried) == 4


def test_without_a_free_port_the_process_ends_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def bind(own: socket.socket, _address: tuple[str, int]) -> None:
        if own.type is socket.SOCK_DGRAM:
            raise OSError

    monkeypatch.setattr(socket.socket, "bind", bind)
    with pytest.raises(SystemExit, match=r"^no port of 127\.0\.0\.1 is free for TCP and UDP$"):
        designate_adapter.free_port()
