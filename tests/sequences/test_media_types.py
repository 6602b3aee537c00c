"""Media types of bodies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.sequences.runs import login, show, versions_of_glance, versions_of_keystone
from tests.sequences.test_option_conditions import CREATE, PATCH, UPLOAD, prologue
from tracer.model import Body, Exchange, Headers
from tracer.sequences import catalog, known_client, match
from tracer.sequences.media_types import media_type_of

if TYPE_CHECKING:
    from tracer.sequences.matching import Match

JSON = "application/json"
JSON_PATCH = "application/openstack-images-v2.1-json-patch"
BYTES = "application/octet-stream"


def _body(media_type: str) -> Body:
    is_json = "json" in media_type
    return Body(type=media_type, size=2, json="{}" if is_json else None, text=None if is_json else "??")


def _with(sent: Exchange, *, request: str | None = None, response: str | None = None) -> Exchange:
    """``sent`` with bodies of these media types."""
    assert sent.response is not None
    if request is not None:
        sent = msgspec.structs.replace(
            sent, request=msgspec.structs.replace(sent.request, body=_body(request))
        )
    if response is not None:
        assert sent.response is not None
        answer = msgspec.structs.replace(sent.response, body=_body(response))
        sent = msgspec.structs.replace(sent, response=answer)
    return sent


def _match(sequence: str, *run: Exchange) -> Match:
    return match(run, catalog()[sequence], known_client("", "zed"))


@pytest.mark.parametrize(
    ("headers", "body", "expected"),
    [
        ({}, None, None),
        ({"Content-Type": "text/html"}, None, None),
        ({}, _body(JSON), JSON),
        ({"content-type": "Application/JSON; charset=UTF-8"}, _body(JSON), JSON),
        ({}, _body("text/html; charset=UTF-8"), "text/html"),
        ({"Content-Type": "text/plain"}, _body(JSON), f"text/plain and {JSON}"),
        ({}, Body(size=2, text="ab"), "none"),
        ({}, Body(type=JSON, size=2, text="<p>"), f"{JSON}, but not JSON"),
        ({}, Body(type=JSON, size=2, omitted="too-large", sha256="0"), JSON),
        ({}, Body(type=BYTES, size=2, omitted="streamed", sha256="0"), BYTES),
    ],
)
def test_the_media_type_of_a_body(headers: Headers, body: Body | None, expected: str | None) -> None:
    assert media_type_of(headers, body) == expected


@pytest.mark.parametrize("media_type", ["text/html", "text/plain", "", JSON_PATCH])
def test_a_response_of_another_type(media_type: str) -> None:
    result = _match("image-show", *prologue(), _with(show(), response=media_type))
    assert result.verdict == "deviates"
    assert [(each.kind, each.exchange) for each in result.deviations] == [("media-type", 3)]
    assert "the media type of the response is" in result.reasons[3]
    assert result.labels[3].verdict == "documented"


@pytest.mark.parametrize(
    ("sequence", "exchanges", "expected"),
    [
        ("image-show", [_with(show(), response=JSON)], "conforms"),
        ("image-create", [_with(CREATE, request=JSON)], "conforms"),
        ("image-create", [_with(CREATE, request=BYTES)], "deviates"),
        ("image-create", [CREATE, _with(UPLOAD, request=BYTES)], "conforms"),
        ("image-create", [CREATE, _with(UPLOAD, request=JSON)], "deviates"),
        ("image-set", [show(), _with(PATCH, request=JSON_PATCH, response=JSON)], "conforms"),
        ("image-set", [show(), _with(PATCH, request=JSON)], "deviates"),
        ("image-set", [show(), _with(PATCH, request=JSON_PATCH, response=JSON_PATCH)], "deviates"),
    ],
)
def test_bodies_of_the_documented_type(sequence: str, exchanges: list[Exchange], expected: str) -> None:
    assert _match(sequence, *prologue(), *exchanges).verdict == expected


def test_the_login_counts_too() -> None:
    run = [versions_of_keystone(), _with(login(), request="text/plain"), versions_of_glance(), show()]
    assert _match("image-show", *run).verdict == "deviates"


def test_the_body_of_an_error_may_have_any_type() -> None:
    failed = _with(show(status=503), response="text/html")
    assert _match("image-show", *prologue(), failed, show()).verdict == "conforms"


def test_a_sequence_without_media_types_documents_none() -> None:
    sequence = msgspec.structs.replace(catalog()["image-show"], media_type=())
    run = [*prologue(), _with(show(), response="text/html")]
    assert match(run, sequence, known_client("", "zed")).verdict == "conforms"
