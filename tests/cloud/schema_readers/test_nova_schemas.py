from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from tests.cloud.adapters.standins import install
from tests.cloud.schema_readers.validated_services import URI, Volumes, validation_modules
from tracer.cloud.schema_readers import nova_schemas

if TYPE_CHECKING:
    import pytest


def test_rules_of_the_functions_in_the_list_of_routes(monkeypatch: pytest.MonkeyPatch) -> None:
    def resource() -> Any:
        modules: Any = sys.modules
        # The controllers need a client for messages to other processes.
        assert modules["nova.rpc"].get_client("topic") is None
        return modules["nova.api.openstack.wsgi"].Resource(Volumes(modules["nova.api.validation"]))

    listed = [
        ("/volumes", {"POST": [resource, "create"], "GET": [resource, "index"]}),
        ("/volumes/{id}", {"GET": [resource, "show"]}),
        ("/", {"GET": [resource, "show"]}),
        ("/removed", "a redirect"),
    ]
    install(
        monkeypatch,
        nova__conf={"CONF": lambda words, project, **_files: None},
        nova__rpc={"get_client": lambda: 1 / 0},
        nova__api__openstack__compute__routes={"ROUTE_LIST": listed},
        **validation_modules("nova"),
    )
    routes, rules = nova_schemas.read()
    # The root of the service is no route of the Compute API.
    assert routes == ["POST /volumes", "GET /volumes", "GET /volumes/{id}", "GET /v2.1"]
    (rule,) = rules
    assert (rule["method"], rule["path"], rule["part"]) == ("POST", "/volumes", "request")
    assert (rule["schema"], rule["draft"]) == ({"title": "create"}, URI)
