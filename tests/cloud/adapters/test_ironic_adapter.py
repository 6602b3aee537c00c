"""Ironic in one process: the conductor starts after the options are read, and before the API."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from tests.cloud.adapters.standins import install
from tracer.cloud.adapters import ironic_adapter

if TYPE_CHECKING:
    import pytest


def test_the_conductor_starts_in_the_process_of_the_api(monkeypatch: pytest.MonkeyPatch) -> None:
    notes: list[Any] = []

    def conductor(*words: str) -> SimpleNamespace:
        return SimpleNamespace(start=lambda: notes.append(words))

    def app() -> str:
        notes.append("application")
        return "app"

    monkeypatch.setattr(sys, "argv", ["launcher.py", "--home"])
    install(
        monkeypatch,
        ironic__command={},
        ironic__common__service={"prepare_service": lambda name, argv: notes.append([name, *argv])},
        oslo_config__cfg={"CONF": SimpleNamespace(host="conductor1")},
        ironic__conductor__rpc_service={"RPCService": conductor},
        ironic__api__app={"VersionSelectorApplication": app},
    )
    assert ironic_adapter.application() == "app"
    manager = ("conductor1", "ironic.conductor.manager", "ConductorManager")
    assert notes == [["ironic", "ironic"], manager, "application"]
