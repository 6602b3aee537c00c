"""A word of a path is a name if a body of the run has it as a value."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sequences.runs import HOST, exchange
from tracer.model import Body, Exchange, Response
from tracer.sequences.matching import generic_labels
from tracer.sequences.names_in_bodies import names_in_bodies
from tracer.sequences.observations import observe

NAMESPACES = exchange(
    "GET", f"{HOST}/image/v2/metadefs/namespaces", 200, body={"namespaces": [{"namespace": "OS"}]}
)


def generic_paths(exchanges: list[Exchange]) -> list[str]:
    return [label.path for label in generic_labels(observe(exchanges))]


def failed(url: str, message: str, *, kind: str = "text") -> Exchange:
    given = exchange("GET", url, 404)
    body = Body(size=len(message), **{kind: message})  # type: ignore[arg-type]
    return Exchange(
        started=0.0, sender="client", request=given.request, response=Response(status=404, body=body)
    )


def test_a_key_is_a_word_of_the_api() -> None:
    assert generic_paths([NAMESPACES]) == ["/image/v2/metadefs/namespaces"]


@pytest.mark.parametrize(
    "body", [{"keypair": {"name": "mine"}}, {"names": ["mine", "yours"]}, {"a": [{"b": {"c": "mine"}}]}]
)
def test_a_value_in_any_body_of_the_run_is_a_name(body: Any) -> None:
    removal = exchange("DELETE", f"{HOST}/compute/v2.1/os-keypairs/mine", 202)
    creation = exchange("POST", f"{HOST}/compute/v2.1/os-keypairs", 201, body=body)
    assert generic_paths([removal, NAMESPACES])[0] == "/compute/v2.1/os-keypairs/mine"
    assert generic_paths([creation, removal])[1] == "/compute/v2.1/os-keypairs/{keypair_id}"
    assert generic_paths([removal, creation])[0] == "/compute/v2.1/os-keypairs/{keypair_id}"


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("<h1>404 Not Found</h1>\n  No image found with ID ubuntu<br /><br />", "text"),
        ('{"error": {"message": "Could not find image: ubuntu."}}', "json"),
        ('{"message": "Image \'ubuntu\' could not be found"}', "json"),
    ],
)
def test_the_message_of_an_error_has_names(message: str, kind: str) -> None:
    url = f"{HOST}/image/v2/images/ubuntu"
    assert generic_paths([failed(url, message, kind=kind)]) == ["/image/v2/images/{image_id}"]


def test_an_address_in_the_message_of_an_error_has_no_names() -> None:
    url = f"{HOST}/image/v2/metadefs/namespaces"
    message = f'{{"message": "({url}): The resource could not be found. ID: /namespaces/x"}}'
    assert generic_paths([failed(url, message, kind="json")]) == ["/image/v2/metadefs/namespaces"]


def test_only_segments_of_paths_are_returned() -> None:
    body = {"a": "mine", "b": "yours"}
    assert names_in_bodies([exchange("GET", f"{HOST}/identity", 200, body=body)], ["/users/mine"]) == {"mine"}
    assert names_in_bodies([exchange("GET", f"{HOST}/identity", 200, body=body)], ["/"]) == set()
