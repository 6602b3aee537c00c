"""One message in full: its headers and its body, as they are and harmless."""

from __future__ import annotations

import re

import msgspec
import pytest
from hypothesis import given

from tests.rendering import seed
from tests.rendering.test_terminal_diagram import CONTROLS
from tests.strategies import recordings
from tracer.model import Body, Exchange, Recording
from tracer.rendering.details import details
from tracer.rendering.messages import messages


def _told(recording: Recording, number: int, *, headers: bool = True, body: bool = True) -> list[str]:
    view = messages(recording)[number - 1]
    return [line.plain for line in details(recording, view, headers=headers, body=body)]


def _show(body: Body | None) -> Exchange:
    return seed.exchange("GET", f"/image/v2/images/{seed.IMAGE_ID}", 200, "OK", times=(0, 1), body=body)


def test_a_request_has_its_url_and_headers() -> None:
    lines = _told(seed.recording(), 7, body=False)
    assert lines[0] == "(7) GET /image/v2/images/{image_id}  client → glance  documented"
    assert lines[1] == (
        "operation: Show image (image.show-image)"
        "  https://docs.openstack.org/api-ref/image/v2/index.html#show-image"
    )
    assert lines[2] == f"GET {seed.HOST}/image/v2/images/{seed.IMAGE_ID}"
    assert lines[3:] == [
        f"User-Agent: {seed.CLIENT}",
        "Accept-Encoding: gzip, deflate",
        "Accept: */*",
        "Connection: keep-alive",
        "X-Auth-Token: <token-1>",
    ]


def test_a_json_body_keeps_its_form_and_is_coloured() -> None:
    lines = _told(seed.recording(), 8, headers=False)
    assert '  "name": "cirros-0.5.2-x86_64-disk",' in lines
    recording = seed.recording()
    painted = list(details(recording, messages(recording)[7], headers=False, body=True))
    assert any(span.style == "json.key" for line in painted for span in line.spans)


@pytest.mark.parametrize(
    ("body", "line"),
    [
        (None, "no body"),
        (Body(size=3, text="a\n b"), " b"),
        (Body(size=3, base64="AAEC"), "3 bytes in base64:"),
        (
            Body(size=9, omitted="streamed", sha256="ab" * 32),
            f"body not kept (streamed): 9 bytes, SHA-256 {'ab' * 32}",
        ),
    ],
)
def test_every_kind_of_body(body: Body | None, line: str) -> None:
    assert line in _told(seed.recording([_show(body)]), 2)


def test_a_response_that_did_not_come_has_nothing_to_show() -> None:
    failed = seed.exchange("GET", "/identity", None, times=(0, 1), to="keystone", error="gone")
    assert _told(seed.recording([failed]), 2) == ["(2) No response: gone  keystone → client"]


def test_an_unknown_operation_is_its_id() -> None:
    listed = msgspec.structs.replace(_show(None), operation="tea.pour\x1b[31m")
    recording = msgspec.structs.replace(seed.recording(), exchanges=[listed])
    for number in (1, 2):
        assert _told(recording, number)[1] == "operation: tea.pour\ufffd[31m"


@given(recordings)
def test_nothing_in_it_steers_the_terminal(recording: Recording) -> None:
    for view in messages(recording):
        for line in details(recording, view, headers=True, body=True):
            assert not CONTROLS.search(line.plain)
            assert not re.search("\n", line.plain)
