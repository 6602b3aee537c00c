"""Nova in one process: the API, the conductor, the scheduler, and a compute host with the fake driver.

The broker of ``transport_url = fake:/`` passes messages only inside a process.
"""

from __future__ import annotations

import importlib
import inspect
import sys
from typing import Any

__all__ = ["application"]

WORKERS = ("conductor", "scheduler", "compute")


def application() -> Any:
    """Start the workers, and return the WSGI application of the API."""
    # keystoneauth takes the name of the program for the User-Agent.
    sys.argv[0] = "nova-api"
    _patch()
    init = importlib.import_module("nova.api.openstack.wsgi_app").init_application
    # From 2026.1 on, the function also takes the name of the service.
    names = inspect.signature(inspect.unwrap(init)).parameters
    app = init(*("osapi_compute", "nova-api")[: len(names)])
    _prepare_libraries()
    for worker in WORKERS:
        _start(worker)
    context = importlib.import_module("nova.context").get_admin_context()
    # A host is of use to the scheduler when it has a mapping to its cell.
    importlib.import_module("nova.objects.host_mapping").discover_hosts(context)
    return app


def _patch() -> None:
    """Choose threads where the release can use them, else eventlet."""
    monkey_patch = importlib.import_module("nova.monkey_patch")
    # Releases before 2025.2 have no function: the import has patched the process.
    patch = getattr(monkey_patch, "patch", None)
    if patch and "backend" in inspect.signature(patch).parameters:
        patch(backend="threading")
        importlib.import_module("sqlite_transactions").begin_immediately()
    elif patch:
        patch()


def _prepare_libraries() -> None:
    os_brick = importlib.import_module("os_brick")
    if hasattr(os_brick, "setup"):
        os_brick.setup(importlib.import_module("oslo_config.cfg").CONF)
    importlib.import_module("os_vif").initialize()
    importlib.import_module("nova.objects").register_all()


def _start(worker: str) -> None:
    rpc = importlib.import_module(f"nova.{worker}.rpcapi")
    alternative = getattr(rpc, "RPC_TOPIC_ALT", None) if worker == "compute" else None
    more = {"topic_alt": alternative} if alternative else {}
    service = importlib.import_module("nova.service").Service
    service.create(binary=f"nova-{worker}", topic=rpc.RPC_TOPIC, **more).start()
