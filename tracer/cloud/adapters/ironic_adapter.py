"""Ironic in one process: the API and a conductor, without a broker (``rpc_transport = none``)."""

from __future__ import annotations

import importlib
import sys
from typing import Any

__all__ = ["application"]


def application() -> Any:
    """Start the conductor, and return the WSGI application of the API."""
    sys.argv[:] = ["ironic"]
    importlib.import_module("ironic.command")  # chooses threads
    importlib.import_module("ironic.common.service").prepare_service("ironic", sys.argv)
    host = importlib.import_module("oslo_config.cfg").CONF.host
    # The manager is imported now: its periodic tasks take the options that were just read.
    rpc_service = importlib.import_module("ironic.conductor.rpc_service")
    rpc_service.RPCService(host, "ironic.conductor.manager", "ConductorManager").start()
    return importlib.import_module("ironic.api.app").VersionSelectorApplication()
