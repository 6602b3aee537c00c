"""The facts that an exchange of a sequence inherits from an operation."""

from __future__ import annotations

import pytest

from tests.api_reference.planting import request_of
from tracer.api_reference import operations, services
from tracer.formats.data_files import typed
from tracer.sequences.catalogue import version_in_paths
from tracer.sequences.operation_facts import operation_facts, unknown_operation
from tracer.sequences.schema import TAG, Entry
from tracer.sequences.templates import fits, normal


def test_the_facts_of_an_operation() -> None:
    facts = dict(operation_facts("image.update-image-member"))
    assert facts.pop("summary")["en"] == "Update image member"
    assert facts == {
        "to": "glance",
        "method": "PUT",
        "path": "/v2/images/{image_id}/members/{member_id}",
        "status": 200,
        "reference": "https://docs.openstack.org/api-ref/image/v2/index.html#update-image-member",
    }


def test_an_operation_that_shares_its_path_has_an_action() -> None:
    assert operation_facts("compute.stop-server")["action"] == "os-stop"
    assert operation_facts("compute.start-server")["action"] == "os-start"
    login = "identity.password-authentication-with-scoped-authorization"
    assert "action" not in {**operation_facts("compute.create-server"), **operation_facts(login)}


def test_several_statuses_of_a_success_are_a_list() -> None:
    several = next(each for each in operations("nova") if len(each.success) > 1)
    assert operation_facts(several.id)["status"] == list(several.success)


@pytest.mark.parametrize("service", services())
def test_the_receiver_is_the_participant_of_the_type(service: str) -> None:
    assert operation_facts(next(operations(service)).id)["to"] == service


@pytest.mark.parametrize("unknown", ["", "image", "image.", "image.brew", "tea.show-image", "."])
def test_an_unknown_operation_has_no_facts(unknown: str) -> None:
    assert operation_facts(unknown) == {}


def test_an_unknown_operation_names_similar_ones() -> None:
    error = unknown_operation("image.show-images", "x.yaml", "exchanges[0].operation")
    assert str(error).startswith(
        "x.yaml: exchanges[0].operation: no operation 'image.show-images' in the API"
    )
    assert "image.show-image" in str(error).partition("did you mean")[2]


@pytest.mark.parametrize("service", services())
def test_the_facts_of_each_operation_are_an_exchange_that_its_request_fits(service: str) -> None:
    for operation in operations(service):
        facts = {"status": 200, "method": "GET", **operation_facts(operation.id), TAG: "exchange"}
        entry = typed(facts, Entry, operation.id)
        path = request_of(operation).path
        paths = path, version_in_paths(service) + path
        assert any(fits(entry.path, normal(sent)) for sent in paths), (entry.path, paths)


def test_an_operation_for_any_method_leaves_the_method_open() -> None:
    assert "method" not in operation_facts("baremetal.call-a-method")
    assert operation_facts("compute.list-servers")["path"] == "/v2.1/servers"
    assert operation_facts("compute.list-all-major-versions")["path"] == "/"
