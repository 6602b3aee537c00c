"""Neutron in one process: the API and its workers, without agents."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from typing import Any

__all__ = ["application"]


def application() -> Any:
    """Start the workers, and return the WSGI application of the API."""
    # keystoneauth takes the name of the program for the User-Agent.
    sys.argv[0] = "neutron-server"
    importlib.import_module("entry_point").add(
        "neutron.ml2.mechanism_drivers", "tracer_binding", "neutron_binding:BindingDriver"
    )
    # A release with this module uses threads.
    if importlib.util.find_spec("neutron.server.api"):
        boot = importlib.import_module("neutron.server.api").api_server
    else:
        # Without the patch, these releases never send their events to Nova.
        importlib.import_module("eventlet_patch").patch()
        boot = importlib.import_module("neutron.server.api_eventlet").eventlet_api_server
    return importlib.import_module("neutron.server").boot_server(boot)
