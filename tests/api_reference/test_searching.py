from __future__ import annotations

import pytest

from tracer.api_reference.searching import search


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("image.show-image", ["image.show-image"]),
        ("GET /v2/images/{image_id}", ["image.show-image"]),
        ("get /v2/images/{id}", ["image.show-image"]),
        ("GET /v2/images/9c31", ["image.show-image"]),
        ("GET /v2/images?limit=1", ["image.list-images"]),
        ("/v2/images", ["image.create-image", "image.list-images"]),
        ("image.nothing", []),
        ("PATCH /v2/images", []),
        ("", []),
    ],
)
def test_words_name_operations(words: str, expected: list[str]) -> None:
    assert [operation.id for operation in search(words, "glance").operations] == expected


@pytest.mark.parametrize(
    ("service", "words", "expected"),
    [
        ("nova", "GET /servers/detail", ["compute.list-servers-detailed"]),
        ("nova", "GET /servers", ["compute.list-servers"]),
        ("nova", "GET /v2.1/servers/x", ["compute.show-server-details"]),
        ("nova", "GET https://cloud/v2.1/servers/x?y=z", ["compute.show-server-details"]),
        ("cinder", "GET /v3/P/volumes/detail", ["block-storage.list-accessible-volumes-with-details"]),
        ("manila", "GET /servers", []),
        ("neutron", "GET /v2.0/sfc/port_chains", ["network.list-port-chains"]),
        ("neutron", "GET /v1.0/sfc/port_chains", ["network.list-port-chains"]),
    ],
)
def test_a_real_path_names_the_best_operation(service: str, words: str, expected: list[str]) -> None:
    assert [operation.id for operation in search(words, service).operations] == expected
