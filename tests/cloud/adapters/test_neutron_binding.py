"""The mechanism driver: every port is bound to its first segment."""

from __future__ import annotations

import importlib
import sys
from importlib import metadata
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from tests.cloud.adapters.standins import install
from tracer.cloud.adapters import entry_point
from tracer.cloud.state import ADAPTERS

if TYPE_CHECKING:
    import pytest


def test_a_port_is_bound_once_and_active(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, neutron_lib__plugins__ml2__api={"MechanismDriver": object, "ID": "id"})
    monkeypatch.syspath_prepend(str(ADAPTERS))
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    entry_point.add("neutron.ml2.mechanism_drivers", "tracer_binding", "neutron_binding:BindingDriver")
    (point,) = metadata.entry_points(group="neutron.ml2.mechanism_drivers")
    driver: Any = point.load()()
    bound: list[Any] = []
    context = SimpleNamespace(
        segments_to_bind=[{"id": "s1"}, {"id": "s2"}],
        set_binding=lambda *words, **options: bound.append((words, options)),
    )
    driver.initialize()
    driver.bind_port(context)
    assert bound == [(("s1", "ovs", {"port_filter": True}), {"status": "ACTIVE"})]
    assert (point.name, driver.connectivity) == ("tracer_binding", "l2")


def test_the_configuration_names_the_driver() -> None:
    data = importlib.import_module("tracer.cloud.release_data").catalog()
    assert "mechanism_drivers = tracer_binding\n" in data.services["neutron"].files["ml2.ini"]
