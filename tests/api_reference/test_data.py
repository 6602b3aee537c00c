"""The files of the API reference: counts, distinct requests, and a list written by hand."""

from __future__ import annotations

import re
import time
from collections import Counter
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import msgspec
import pytest
import yaml

from tests.api_reference.planting import request_of
from tests.shipped import sample_recordings
from tracer.api_reference import link, operation_of, operations, reference, services
from tracer.api_reference.path_templates import shape_of
from tracer.api_reference.reading import FOLDER, format_reference, read_reference
from tracer.conformance.api import contradictions
from tracer.recording import load
from tracer.sequences import catalog, generic

ROOT = Path(__file__).parents[2]
RELEASES = ("zed", "2023.1", "2023.2", "2024.1", "2024.2", "2025.1", "2025.2", "2026.1", "2026.2")
COUNTS = {  # zed and 2026.2, after `rest_method` in the sources, without pages that nothing includes
    "cinder": (293, 301),
    "designate": (64, 69),
    "glance": (75, 79),
    "heat": (58, 58),
    "ironic": (102, 117),
    "keystone": (247, 248),
    "magnum": (35, 25),
    "manila": (159, 196),
    "neutron": (309, 351),
    "nova": (246, 251),
    "octavia": (75, 75),
    "placement": (36, 36),
    "swift": (17, 17),
    "trove": (83, 88),
}
MOUNTS = {
    "keystone": "/identity",
    "glance": "/image",
    "nova": "/compute",
    "neutron": "/networking",
    "placement": "/placement",
    "cinder": "/volume",
}


def test_the_services_and_their_releases() -> None:
    assert set(services()) == set(COUNTS)
    assert {reference(service).releases for service in services()} == {RELEASES}


@pytest.mark.parametrize(("service", "expected"), COUNTS.items())
def test_the_number_of_operations(service: str, expected: tuple[int, int]) -> None:
    assert tuple(len([*operations(service, release)]) for release in ("zed", "2026.2")) == expected


@pytest.mark.parametrize("service", COUNTS)
def test_a_file_is_written_as_it_is_read(service: str) -> None:
    path = FOLDER / f"{service}.json"
    assert format_reference(read_reference(path)) == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("service", COUNTS)
@pytest.mark.parametrize("release", ["zed", "2024.1", "2026.2"])
def test_each_operation_is_found_by_its_request(service: str, release: str) -> None:
    for operation in operations(service, release):
        request = request_of(operation)
        found = operation_of(
            service, release, request.method, request.path, query=request.query, body=request.body
        )
        assert operation.selector.never or found == operation, (operation.id, request)


@pytest.mark.parametrize("service", COUNTS)
def test_ids_are_distinct_words(service: str) -> None:
    for release in RELEASES:
        ids = Counter(operation.id for operation in operations(service, release))
        assert set(ids.values()) == {1}, release
    pattern = re.compile(rf"{reference(service).type}\.(?:v\d\.)?[a-z][a-z0-9-]*[a-z0-9]")
    assert [operation.id for operation in operations(service) if not pattern.fullmatch(operation.id)] == []


def test_anchors_are_no_counters() -> None:
    anchors = [operation.anchor for service in services() for operation in reference(service).operations]
    assert [anchor for anchor in anchors if re.fullmatch(r"id\d+", anchor)] == []
    assert anchors.count("") < len(anchors) / 20


def test_every_exchange_of_the_shipped_recordings_is_an_operation() -> None:
    count = 0
    undocumented = {shape_of(each.operation) for each in contradictions() if each.rule == "unknown-operation"}
    for path in sample_recordings():
        recording = load(path)
        for exchange in recording.exchanges:
            url = urlsplit(exchange.request.url)
            mount = MOUNTS[exchange.receiver]
            request = (exchange.receiver, exchange.request.method, url.path.removeprefix(mount) or "/")
            body = exchange.request.body.json if exchange.request.body else None
            operation = operation_of(
                request[0],
                recording.cloud.release,
                *request[1:],
                query=dict(parse_qsl(url.query)),
                body=msgspec.json.decode(body) if body else None,
            )
            template = (exchange.path or "").removeprefix(mount) or generic(request[2])
            name = " ".join((*request[:2], shape_of(template)))
            assert operation or name in undocumented, (path, request)
            count += 1
    assert count > 500


def test_the_operations_of_a_list_that_was_written_by_hand() -> None:
    """The list was written from the text of the references. At least 58 of 60 are right."""
    wrong = []
    entries = yaml.safe_load((Path(__file__).parent / "sixty.yaml").read_text(encoding="utf-8"))
    for entry in entries:
        alike = [
            operation
            for operation in operations(entry["service"], entry["release"])
            if (operation.method, operation.path) == (entry["method"], entry["path"].rstrip("/") or "/")
        ]
        page = f"{reference(entry['service']).url}{entry['page']}"
        expected = (
            f"{page}#{entry['anchor']}" if entry["anchor"] else page,
            tuple(entry["success"]),
            tuple(entry["errors"]),
        )
        facts = [(link(entry["service"], each), each.success, each.errors) for each in alike]
        if expected not in facts:
            wrong.append((entry, facts))
    assert len(entries) >= 60
    assert len(wrong) <= 2, wrong


def test_the_links_of_tracer_lead_to_operations_or_pages() -> None:
    links = {
        link(service, operation) for service in services() for operation in reference(service).operations
    }
    pages = {each.partition("#")[0] for each in links}
    written = [
        url
        for path in (ROOT / "tracer").rglob("*.yaml")
        for url in re.findall(
            r"https://docs\.openstack\.org/api-ref/[^\s'\")>]*", path.read_text(encoding="utf-8")
        )
    ]
    composed = [entry.reference for sequence in catalog().values() for entry in sequence.entries]
    assert [url for url in written + composed if url and url not in links | pages] == []
    assert len(composed) > 100


def test_a_service_is_loaded_in_milliseconds() -> None:
    """20 ms are the aim. This limit tells a lost fast path from a busy machine."""

    def seconds() -> float:
        began = time.process_time()
        read_reference(FOLDER / "neutron.json")
        return time.process_time() - began

    assert min(seconds() for _ in range(5)) < 0.1  # the collector of garbage may work in one of them
