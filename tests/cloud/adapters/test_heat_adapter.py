"""Heat in one process: threads before the application, the engine after it."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from tests.cloud.adapters.standins import install
from tracer.cloud.adapters import heat_adapter

if TYPE_CHECKING:
    import pytest


def test_the_engine_starts_in_the_process_of_the_api(monkeypatch: pytest.MonkeyPatch) -> None:
    notes: list[Any] = []

    def init_application() -> str:
        notes.append("application")
        return "app"

    def engine(host: str, topic: str) -> SimpleNamespace:
        return SimpleNamespace(start=lambda: notes.append((host, topic)))

    monkeypatch.setattr(sys, "argv", ["launcher.py"])
    install(
        monkeypatch,
        oslo_service__backend={
            "BackendType": SimpleNamespace(THREADING="threads"),
            "init_backend": notes.append,
        },
        sqlite_transactions={"begin_immediately": lambda: notes.append("transactions")},
        heat__api__openstack__wsgi={"init_application": init_application},
        oslo_config__cfg={"CONF": SimpleNamespace(host="host1")},
        heat__rpc__api={"ENGINE_TOPIC": "engine"},
        heat__engine__service={"EngineService": engine},
    )
    assert heat_adapter.application() == "app"
    assert notes == ["threads", "transactions", "application", ("host1", "engine")]
    assert sys.argv[0] == "heat-api"
