"""Cinder in one process: what is started, and that each worker reports for itself."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import pytest

from tests.cloud.adapters.standins import install
from tracer.cloud.adapters import cinder_adapter


class Service:
    """A worker of Cinder as releases have it: the ID is an attribute of the class."""

    service_id = 0
    started: list[dict[str, Any]]
    reported: list[int]

    def __init__(self, number: int) -> None:
        self.origin_service_id = Service.service_id = number

    @classmethod
    def create(cls, **options: Any) -> SimpleNamespace:
        return SimpleNamespace(start=lambda: cls.started.append(options))

    def report_state(self) -> None:
        self.reported.append(Service.service_id)


@pytest.fixture
def patches(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Install a Cinder. Return what has patched the process."""
    notes: list[str] = []
    conf = SimpleNamespace(
        host="volume1", register_opt=lambda option, group: notes.append(f"{group}.{option}")
    )
    monkeypatch.setattr(sys, "argv", ["launcher.py"])
    monkeypatch.setenv("CINDER_CONFIG", "/c.conf")
    monkeypatch.setattr(Service, "started", [], raising=False)
    monkeypatch.setattr(Service, "reported", [], raising=False)
    monkeypatch.setattr(Service, "report_state", Service.report_state)
    install(
        monkeypatch,
        eventlet_patch={"patch": lambda: notes.append("eventlet")},
        cinder__wsgi__wsgi={"initialize_application": lambda: list(sys.argv)},
        cinder__utils={"get_root_helper": lambda: "sudo rootwrap"},
        cinder__service={"Service": Service},
        oslo_config__cfg={"CONF": conf, "StrOpt": str},
        oslo_privsep__priv_context={"init": lambda root_helper: notes.append(root_helper[0])},
        os_brick={},
    )
    return notes


def test_a_volume_host_and_a_scheduler_are_started(patches: list[str]) -> None:
    assert cinder_adapter.application() == ["cinder-api", "--config-file", "/c.conf"]
    assert Service.started == [
        {
            "host": "volume1@fake",
            "service_name": "fake",
            "binary": "cinder-volume",
            "coordination": True,
        },
        {"binary": "cinder-scheduler"},
    ]
    assert patches == ["eventlet", "sudo", "fake.backend_host"]


def test_a_release_that_patches_itself_does_so(patches: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, cinder__monkey_patch={"patch": lambda: patches.append("cinder")})
    cinder_adapter.application()
    assert patches[0] == "cinder"


def test_each_worker_reports_for_itself(patches: list[str]) -> None:
    cinder_adapter.application()
    first, second = Service(1), Service(2)
    for worker in (first, second, first):
        worker.report_state()
    assert Service.reported == [1, 2, 1]
