"""Nova in one process: what is started, in which order, and how releases differ."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import pytest

from tests.cloud.adapters.standins import install
from tracer.cloud.adapters import nova_adapter


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Install a Nova of zed that notes what is done with it. Return its notes."""
    notes: list[Any] = []

    def created(**options: Any) -> SimpleNamespace:
        return SimpleNamespace(start=lambda: notes.append(options))

    def init_application(name: str) -> str:
        notes.append(name)
        return "app"

    monkeypatch.setattr(sys, "argv", ["launcher.py"])
    install(
        monkeypatch,
        nova__monkey_patch={},
        nova__api__openstack__wsgi_app={"init_application": init_application},
        nova__service={"Service": SimpleNamespace(create=created)},
        nova__conductor__rpcapi={"RPC_TOPIC": "conductor"},
        nova__scheduler__rpcapi={"RPC_TOPIC": "scheduler"},
        nova__compute__rpcapi={"RPC_TOPIC": "compute"},
        nova__context={"get_admin_context": lambda: "admin"},
        nova__objects={"register_all": lambda: notes.append("objects")},
        nova__objects__host_mapping={"discover_hosts": lambda context: notes.append(f"hosts as {context}")},
        os_brick={},
        os_vif={"initialize": lambda: notes.append("os_vif")},
    )
    return notes


def test_the_workers_start_before_the_hosts_are_discovered(said: list[Any]) -> None:
    assert nova_adapter.application() == "app"
    assert said == [
        "osapi_compute",
        "os_vif",
        "objects",
        {"binary": "nova-conductor", "topic": "conductor"},
        {"binary": "nova-scheduler", "topic": "scheduler"},
        {"binary": "nova-compute", "topic": "compute"},
        "hosts as admin",
    ]
    assert sys.argv[0] == "nova-api"


def test_a_later_release_takes_the_name_of_the_service_and_a_second_topic(
    said: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def later(name: str, service: str) -> tuple[str, str]:
        return name, service

    def decorated(*words: str) -> tuple[str, str]:
        return later(*words)

    decorated.__wrapped__ = later  # type: ignore[attr-defined]
    install(
        monkeypatch,
        nova__api__openstack__wsgi_app={"init_application": decorated},
        nova__compute__rpcapi={"RPC_TOPIC_ALT": "compute-alt"},
    )
    app: object = nova_adapter.application()
    assert app == ("osapi_compute", "nova-api")
    assert {"binary": "nova-compute", "topic": "compute", "topic_alt": "compute-alt"} in said


def test_a_release_that_can_use_threads_uses_them_and_begins_transactions_as_a_writer(
    said: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def patch(*, backend: str = "eventlet") -> None:
        said.append(backend)

    install(
        monkeypatch,
        nova__monkey_patch={"patch": patch},
        sqlite_transactions={"begin_immediately": lambda: said.append("transactions")},
    )
    nova_adapter.application()
    assert said[:2] == ["threading", "transactions"]


def test_a_release_between_patches_the_process_on_request(
    said: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    install(monkeypatch, nova__monkey_patch={"patch": lambda: said.append("eventlet")})
    nova_adapter.application()
    assert said[0] == "eventlet"
