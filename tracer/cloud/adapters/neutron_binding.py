"""A mechanism driver of Neutron that binds every port at once, as no agent runs."""

from __future__ import annotations

import importlib
from typing import Any

__all__ = ["BindingDriver"]

_api: Any = importlib.import_module("neutron_lib.plugins.ml2.api")


class BindingDriver(_api.MechanismDriver):  # type: ignore[misc]
    """The driver ``tracer_binding``. Neutron finds it by its entry point (``entry_point.py``)."""

    def initialize(self) -> None:
        """Do nothing: the driver has no state."""

    @property
    def connectivity(self) -> str:
        """Return the kind of connectivity that its ports have."""
        return "l2"

    def bind_port(self, context: Any) -> None:
        """Bind the port to its first segment, as an active port of Open vSwitch."""
        for segment in context.segments_to_bind[:1]:
            context.set_binding(segment[_api.ID], "ovs", {"port_filter": True}, status="ACTIVE")
