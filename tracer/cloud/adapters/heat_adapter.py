"""Heat in one process: the API and an engine.

The broker of ``transport_url = fake:/`` passes messages only inside a process.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any

__all__ = ["application"]


def application() -> Any:
    """Start an engine, and return the WSGI application of the API."""
    # keystoneauth takes the name of the program for the User-Agent.
    sys.argv[0] = "heat-api"
    backend = importlib.import_module("oslo_service.backend")
    backend.init_backend(backend.BackendType.THREADING)
    importlib.import_module("sqlite_transactions").begin_immediately()
    app = importlib.import_module("heat.api.openstack.wsgi").init_application()
    conf = importlib.import_module("oslo_config.cfg").CONF
    topic = importlib.import_module("heat.rpc.api").ENGINE_TOPIC
    importlib.import_module("heat.engine.service").EngineService(conf.host, topic).start()
    return app
