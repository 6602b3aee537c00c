"""The operation of a message has a name in each language, a link, and the statuses of its release."""

from __future__ import annotations

import pytest

from tracer.api_reference import reference, services
from tracer.redaction import scan
from tracer.rendering.markdown_escapes import inline, link
from tracer.rendering.operation_links import OperationLink, operation_link

IMAGE = "https://docs.openstack.org/api-ref/image/v2/index.html#show-image"


@pytest.mark.parametrize(("language", "name"), [("en", "Show image"), ("ko", "이미지 상세 조회")])
def test_an_operation_has_its_name_link_and_statuses(language: str, name: str) -> None:
    expected = OperationLink("image.show-image", name, IMAGE, (200,), (400, 401, 403, 404))
    assert operation_link("image.show-image", language) == expected


def test_an_operation_without_a_korean_name_has_the_english_name() -> None:
    gone = operation_link("compute.get-rdp-console", "ko")
    assert gone is not None
    assert gone.name == "Get RDP Console"


def test_the_statuses_are_those_of_the_release() -> None:
    attach = "compute.attach-a-volume-to-an-instance"
    old, new = (operation_link(attach, release=release) for release in ("zed", "2026.2"))
    assert old is not None
    assert new is not None
    assert (old.success, new.success) == ((200,), (200, 202))
    assert old.url == new.url


@pytest.mark.parametrize("unknown", ["tea.pour", "image.x", "x" * 1_000, "a\x1b[31m\nb"])
def test_an_unknown_operation_is_its_id_without_a_link(unknown: str) -> None:
    operation = operation_link(unknown)
    assert operation is not None
    assert operation.name == operation.id
    assert (operation.url, operation.success) == ("", ())
    assert operation.name.isprintable()
    assert len(operation.name) <= 120


def test_an_exchange_without_an_operation_has_none() -> None:
    assert operation_link("") is None


@pytest.mark.parametrize("language", ["en", "ko"])
def test_no_name_is_a_secret_for_the_last_scan(language: str) -> None:
    """ "Scoped authorization: POST" would be a header."""
    lines = []
    for service in services():
        for documented in reference(service).operations:
            operation = operation_link(documented.id, language)
            assert operation is not None
            request = f"{documented.method} {documented.path}"
            linked = link(operation.name, operation.url)
            lines += [
                f"### (1) {inline(operation.name)} · {request}",
                f"- [(1), (2)](#m1) {linked}: a client sends `{request}`",
                f"**Operation** {linked} (`{operation.id}`)",
                f"  a->>b: {operation.name}<br/>{request}",
                f"operation: {operation.name} ({operation.id})  {operation.url}",
            ]
    assert scan("\n".join(lines)) == []
