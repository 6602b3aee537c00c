"""Neutron in one process: with threads where the release can, else with eventlet."""

from __future__ import annotations

import sys
from importlib import metadata

import pytest

from tests.cloud.adapters.standins import install
from tracer.cloud.adapters import entry_point, neutron_adapter


@pytest.fixture(autouse=True)
def _neutron(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["launcher.py"])
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    install(monkeypatch, entry_point={"add": entry_point.add})
    install(monkeypatch, neutron__server={"boot_server": lambda boot: f"app by {boot}"})


def test_a_release_with_threads_is_not_patched(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, neutron__server__api={"api_server": "threads"})
    assert neutron_adapter.application() == "app by threads"
    assert sys.argv[0] == "neutron-server"
    (driver,) = metadata.entry_points(group="neutron.ml2.mechanism_drivers")
    assert (driver.name, driver.value) == ("tracer_binding", "neutron_binding:BindingDriver")


def test_an_earlier_release_is_patched_first(monkeypatch: pytest.MonkeyPatch) -> None:
    patched: list[bool] = []
    install(
        monkeypatch,
        eventlet_patch={"patch": lambda: patched.append(True)},
        neutron__server__api_eventlet={"eventlet_api_server": "eventlet"},
    )
    assert neutron_adapter.application() == "app by eventlet"
    assert patched == [True]
