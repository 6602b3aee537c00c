from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.cloud.schema_readers.tempest_package import DRAFT, install_tempest
from tracer.cloud.schema_readers import cinder_responses, nova_responses
from tracer.cloud.schema_readers.tempest_clients import client_rules

if TYPE_CHECKING:
    from pathlib import Path

HEAD = """
from types import SimpleNamespace as Schemas

from oslo_serialization import jsonutils as json

from tempest.lib.common import rest_client

def schema_of(title):
    return {"status_code": [200], "response_body": {"title": title}}

OLD = Schemas(show=schema_of("old"), listed=schema_of("names"), detailed=schema_of("all"))
NEW = Schemas(show=schema_of("new"))

class ThingsClient(rest_client.RestClient):
    versions = [{"min": None, "max": "2.8", "schema": OLD}, {"min": "2.9", "max": None, "schema": NEW}]

"""


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Return a function that reads the rules of a client with these functions."""

    def read(functions: str) -> list[tuple[Any, ...]]:
        indented = "".join(f"    {line}\n" for line in functions.splitlines())
        install_tempest(monkeypatch, tmp_path, "things", HEAD + indented)
        rules = client_rules("tempest.lib.services.things", "/v3")
        assert {(each["part"], each["draft"]) for each in rules} <= {("response", DRAFT)}
        names = ("method", "path", "action", "min_version", "max_version", "schema")
        return [tuple(each[name] for name in names) for each in rules]

    return read


def test_a_schema_for_each_range_of_microversions(read: Any) -> None:
    rules = read("""
def show_thing(self, thing_id, **more):
    resp, body = self.get("things/%s" % thing_id)
    body = json.loads(body)
    self.expected_success(200, resp.status)
    schema = self.get_schema(self.versions)
    self.validate_response(schema.show, resp, body)
    return rest_client.ResponseBody(resp, body)
""")
    path = "/v3/things/{thing_id}"
    assert rules == [
        ("GET", path, "", "", "2.8", {"title": "old"}),
        ("GET", path, "", "2.9", "", {"title": "new"}),
    ]


def test_switches_change_the_path_and_queries_the_schema(read: Any) -> None:
    rules = read("""
def list_things(self, detail=False, params=None):
    url = "things/detail" if detail else "things"
    resp, body = self.get(url + ("?a=1" if params else ""))
    if params and params.get("all", False):
        self.validate_response(OLD.detailed, resp, json.loads(body))
    self.validate_response(OLD.listed, resp, json.loads(body))
""")
    either = {"anyOf": [{"title": "names"}, {"title": "all"}]}
    assert rules == [
        ("GET", "/v3/things", "", "", "", either),
        ("GET", "/v3/things/detail", "", "", "", either),
    ]


def test_a_switch_of_the_client(read: Any) -> None:
    rules = read("""
def __init__(self, auth_provider, service, region, password=True, **more):
    super().__init__(auth_provider, service, region, **more)
    self.password = password

def create_thing(self, **more):
    resp, body = self.post("things", json.dumps({"thing": more}))
    body = json.loads(body)
    if "reservation_id" in body:
        return rest_client.ResponseBody(resp, body)
    self.validate_response(OLD.show if self.password else NEW.show, resp, body)
""")
    (rule,) = rules
    unchecked = {"type": "object", "required": ["reservation_id"]}
    assert rule[:2] == ("POST", "/v3/things")
    assert rule[5] == {"anyOf": [{"title": "old"}, unchecked, {"title": "new"}]}


def test_an_action_and_an_empty_response(read: Any) -> None:
    rules = read("""
def action(self, thing_id, name, **more):
    resp, body = self.post("things/%s/action" % thing_id, json.dumps({name: more}))
    self.validate_response({"status_code": [202]}, resp, body)

def reset_thing(self, thing_id):
    return self.action(thing_id, "os-reset")
""")
    assert rules == [("POST", "/v3/things/{thing_id}/action", "os-reset", "", "", None)]


@pytest.mark.parametrize(
    "body",
    [
        "self.expected_success(204, resp.status)\n    return rest_client.ResponseBody(resp, body)",
        # The code of the function, and not its schemas, depends on the microversion.
        "self.get_headers().get('X')\n    self.validate_response(OLD.show, resp, body)",
        # These schemas lack that of the function.
        "self.validate_response(NEW.listed, resp, body)",
        "self.raw_request('/', 'GET')\n    self.validate_response(OLD.show, resp, body)",
        # A response is empty in some cases.
        "self.validate_response(OLD.show if more else {'status_code': [204]}, resp, body)",
    ],
)
def test_no_rule_without_a_certain_schema(read: Any, body: str) -> None:
    assert read(f'def show_thing(self, more=False):\n    resp, body = self.get("things")\n    {body}') == []


def test_the_clients_of_two_services(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    client = f"{HEAD}    def show(self):\n        self.validate_response(OLD.show, *self.get('things'))\n"
    install_tempest(monkeypatch, tmp_path / "nova", "compute", client)
    assert [each["path"] for each in nova_responses.read()[1]] == ["/things"]
    install_tempest(monkeypatch, tmp_path / "cinder", "volume/v3", client)
    assert [each["path"] for each in cinder_responses.read()[1]] == ["/v3/things"]
