"""Cinder in one process: the API, the scheduler, and a volume host with the fake driver.

The broker of ``transport_url = fake:/`` passes messages only inside a process.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import shlex
import sys
from typing import Any

__all__ = ["application"]

BACKEND = "fake"
"""The name of the backend, which is also the section with its options."""


def application() -> Any:
    """Start the workers, and return the WSGI application of the API."""
    if importlib.util.find_spec("cinder.monkey_patch"):
        importlib.import_module("cinder.monkey_patch").patch()
    else:
        importlib.import_module("eventlet_patch").patch()
    # keystoneauth takes the name of the program for the User-Agent. Cinder reads the options.
    sys.argv[:] = ["cinder-api", "--config-file", os.environ["CINDER_CONFIG"]]
    app = importlib.import_module("cinder.wsgi.wsgi").initialize_application()
    conf = importlib.import_module("oslo_config.cfg").CONF
    _prepare_libraries(conf)
    _start_workers(conf)
    return app


def _prepare_libraries(conf: Any) -> None:
    os_brick = importlib.import_module("os_brick")
    if hasattr(os_brick, "setup"):
        os_brick.setup(conf)
    root_helper = importlib.import_module("cinder.utils").get_root_helper()
    importlib.import_module("oslo_privsep.priv_context").init(root_helper=shlex.split(root_helper))


def _start_workers(conf: Any) -> None:
    service = importlib.import_module("cinder.service").Service
    report = service.report_state

    def report_state(self: Any) -> None:
        # The ID is an attribute of the class, so all services of a process would report for the last one.
        service.service_id = self.origin_service_id
        report(self)

    service.report_state = report_state
    option = importlib.import_module("oslo_config.cfg").StrOpt("backend_host")
    conf.register_opt(option, group=BACKEND)
    host = f"{conf.host}@{BACKEND}"
    service.create(host=host, service_name=BACKEND, binary="cinder-volume", coordination=True).start()
    service.create(binary="cinder-scheduler").start()
