"""Swift in one process: the proxy, and one server each for accounts, containers and objects.

The rings of Swift hold the ports of the three servers, so each start writes new rings. There is one device
and one replica, and no background daemon.
"""

from __future__ import annotations

import array
import importlib
import logging
import os
import sys
from typing import Any

__all__ = ["application", "log_to_stderr"]

SERVERS = ("account", "container", "object")


def application() -> Any:
    """Start the servers, and return the WSGI application of the proxy."""
    sys.argv[0] = "swift-proxy-server"
    importlib.import_module("eventlet_patch").patch()
    utils = importlib.import_module("swift.common.utils")
    utils.monkey_patch()
    folder = os.environ["SWIFT_DIR"]
    if utils.set_swift_dir(folder):
        importlib.import_module("swift.common.storage_policy").reload_storage_policies()
    for name in SERVERS:
        _start(name, folder)
    return _below_root(_load("proxy", folder))


def log_to_stderr(
    _conf: Any, _name: str, _console: Any, _route: str, fmt: str, logger: logging.Logger, _adapted: Any
) -> None:
    """Let the logger write warnings to stderr. Swift calls this function as ``log_custom_handlers``."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter(f"%(asctime)s %(levelname)s {fmt}"))
    logger.handlers[:] = [handler]
    logger.setLevel(logging.WARNING)


def _start(name: str, folder: str) -> None:
    eventlet = importlib.import_module("eventlet")
    listening = eventlet.listen(("127.0.0.1", 0))
    _write_ring(f"{folder}/{name}.ring.gz", listening.getsockname()[1])
    app = _load(name, folder)
    protocol = importlib.import_module("swift.common.http_protocol").SwiftHttpProtocol
    eventlet.spawn_n(eventlet.wsgi.server, listening, app, log_output=False, protocol=protocol)


def _load(name: str, folder: str) -> Any:
    return importlib.import_module("paste.deploy").loadapp(f"config:{folder}/servers.ini", name=name)


def _write_ring(path: str, port: int) -> None:
    ring = importlib.import_module("swift.common.ring.ring")
    address = {"ip": "127.0.0.1", "port": port, "replication_ip": "127.0.0.1", "replication_port": port}
    device = {"id": 0, "region": 1, "zone": 1, "device": "device", "weight": 1.0, "meta": "", **address}
    # Two partitions, both on the only device.
    ring.RingData([array.array("H", [0, 0])], [device], 31).save(path)


def _below_root(app: Any) -> Any:
    """Return ``app`` with the whole path of each request: Swift has its version in ``PATH_INFO``."""

    def answer(environ: dict[str, Any], start_response: Any) -> Any:
        environ["PATH_INFO"] = environ["SCRIPT_NAME"] + environ["PATH_INFO"]
        environ["SCRIPT_NAME"] = ""
        return app(environ, start_response)

    return answer
