"""Designate in one process: the API, central, a worker, a producer, and a DNS server.

The broker of ``transport_url = fake:/`` passes messages only inside a process. The only nameserver of the
pool is the DNS server of Designate itself (mdns), on a free port.
"""

from __future__ import annotations

import importlib
import socket
import sys
from contextlib import ExitStack
from typing import Any

__all__ = ["application", "free_port"]

HOST = "127.0.0.1"
NAMESERVER = "ns1.example.org."
ATTEMPTS = 20


def application() -> Any:
    """Start the workers, and return the WSGI application of the API."""
    # keystoneauth takes the name of the program for the User-Agent.
    sys.argv[0] = "designate-api"
    importlib.import_module("designate.cmd")  # chooses threads
    importlib.import_module("sqlite_transactions").begin_immediately()
    app = importlib.import_module("designate.api.wsgi").init_application()
    conf = importlib.import_module("designate.conf").CONF
    port = free_port()
    conf.set_override("listen", [f"{HOST}:{port}"], "service:mdns")
    central = _start("central")
    _fill_pool(central, conf["service:central"].default_pool_id, port)
    for worker in ("mdns", "worker", "producer"):
        _start(worker)
    return app


def free_port() -> int:
    """Return a port that is free for TCP and for UDP."""
    for _ in range(ATTEMPTS):
        with ExitStack() as stack:
            tcp = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
            udp = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            tcp.bind((HOST, 0))
            port = int(tcp.getsockname()[1])
            try:
                udp.bind((HOST, port))
            except OSError:
                continue
            return port
    sys.exit(f"no port of {HOST} is free for TCP and UDP")


def _start(worker: str) -> Any:
    service = importlib.import_module(f"designate.{worker}.service").Service()
    service.start()
    return service


def _fill_pool(central: Any, pool_id: str, port: int) -> None:
    context = importlib.import_module("designate.context").DesignateContext.get_admin_context(
        all_tenants=True
    )
    address = {"host": HOST, "port": port}
    content = {
        "name": "default",
        "ns_records": [{"hostname": NAMESERVER, "priority": 1}],
        "nameservers": [address],
        "targets": [{"type": "fake", "masters": [address], "options": address}],
    }
    adapter = importlib.import_module("designate.objects.adapters").DesignateAdapter
    central.update_pool(context, adapter.parse("YAML", content, central.get_pool(context, pool_id)))
