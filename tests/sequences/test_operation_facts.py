"""The facts that an exchange of a sequence inherits from an operation."""

from __future__ import annotations

import pytest

from tracer.api_reference import operations, services
from tracer.sequences.operation_facts import operation_facts, unknown_operation


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
