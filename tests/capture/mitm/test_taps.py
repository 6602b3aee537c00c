"""Which bodies stream, and what is measured of them."""

from __future__ import annotations

from hashlib import sha256

import pytest
from mitmproxy import http

from tests.capture.flows import flow
from tracer.capture.mitm.flow_events import content
from tracer.capture.mitm.taps import Tap, tap_request, tap_response
from tracer.runs.events import Content
from tracer.runs.header_fields import Fields
from tracer.runs.message_bodies import body

BINARY = {"Content-Type": "application/octet-stream"}
JSON = {"Content-Type": "application/json"}
CHUNKED = {"Transfer-Encoding": "chunked"}
LIMIT = 10


def headed(fields: dict[str, str], method: str = "PUT", status: int = 200) -> http.HTTPFlow:
    """A flow whose messages have heads, and no bodies yet."""
    begun = flow(method, status=status, headers=fields, answer_headers=fields)
    assert begun.response is not None
    begun.request.data.content = begun.response.data.content = None
    return begun


def length(size: int) -> dict[str, str]:
    return {"Content-Length": str(size)}


@pytest.mark.parametrize(
    ("fields", "streams"),
    [
        (JSON | length(LIMIT), False),
        (JSON | length(LIMIT + 1), True),
        (JSON | CHUNKED, False),
        (JSON, False),
        (BINARY, True),
        (BINARY | CHUNKED, True),
        ({"Content-Type": "Application/Octet-Stream; x=y"} | CHUNKED, True),
        (BINARY | length(LIMIT), False),
        (BINARY | length(LIMIT + 1), True),
        (BINARY | length(0), False),
        # The coding decides, not the length (RFC 9112, section 6.3).
        (JSON | CHUNKED | length(LIMIT + 1), False),
        (JSON | {"Content-Length": "many"}, False),
        (JSON | {"Content-Length": "-11"}, False),
        (JSON | {"Content-Length": "99, 99"}, False),
        (CHUNKED | {"Content-Encoding": "gzip"}, False),
    ],
)
def test_only_what_is_announced_as_longer_streams_and_binary_of_unknown_length(
    fields: dict[str, str], streams: bool
) -> None:
    begun = headed(fields)
    assert begun.response is not None
    assert (tap_request(begun, LIMIT) is not None) == streams
    assert (tap_response(begun, LIMIT) is not None) == streams
    assert callable(begun.request.stream) == callable(begun.response.stream) == streams


@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("GET", 304), ("GET", 204), ("GET", 101)])
def test_a_response_without_a_body_does_not_stream(method: str, status: int) -> None:
    begun = headed(BINARY | length(LIMIT + 1), method, status)
    assert begun.response is not None
    assert tap_response(begun, LIMIT) is None
    assert begun.response.stream is False


def test_a_response_of_an_addon_does_not_stream() -> None:
    answered = headed(BINARY)
    answered.response = http.Response.make(200, b"long enough", BINARY)
    assert tap_response(answered, LIMIT) is None


def test_a_request_that_an_addon_answers_at_its_head_does_not_stream() -> None:
    begun = headed(BINARY)
    begun.response = None
    tap = tap_request(begun, LIMIT)
    assert tap
    begun.response = http.Response.make(404)
    # mitmproxy asks just that.
    assert not begun.request.stream
    assert content(begun.request, tap, LIMIT, live=True).raw in {None, b""}


def test_what_another_lets_stream_is_measured_and_kept_up_to_the_limit() -> None:
    for stream in (True, bytes.upper):
        for sent in (b"12345 ab", b"12345 abcde"):
            begun = headed(JSON | CHUNKED)
            begun.request.stream = stream
            tap = tap_request(begun, LIMIT)
            assert tap is not None
            passed = b"".join(b"".join([tap(part)]) for part in (sent[:5], sent[5:], b""))  # type: ignore[list-item]
            assert passed == (sent if stream is True else sent.upper())
            kept = content(begun.request, tap, LIMIT, live=True)
            assert kept.size == len(sent)
            assert kept.raw == (passed if len(sent) <= LIMIT else None)
            assert kept.sha256 == ("" if len(sent) <= LIMIT else sha256(passed).hexdigest())


def test_binary_is_never_kept_of_live_traffic() -> None:
    for length_known in (True, False):
        begun = headed(BINARY | (length(2) if length_known else CHUNKED))
        tap = tap_request(begun, LIMIT)
        if tap is None:
            begun.request.data.content = b"\0\1"
        else:
            tap(b"\0\1")
            tap(b"")
        digest = sha256(b"\0\1").hexdigest()
        assert content(begun.request, tap, LIMIT, live=True) == Content(None, True, 2, digest)


@pytest.mark.parametrize(("sent", "kept"), [(b"0123456789", True), (b"0123456789a", False), (b"", True)])
def test_what_is_held_is_kept_up_to_the_limit(sent: bytes, kept: bool) -> None:
    begun = headed(JSON | CHUNKED)
    begun.request.data.content = sent
    measured = Content(None, False, len(sent), sha256(sent).hexdigest())
    assert content(begun.request, None, LIMIT, live=True) == (Content(sent) if kept else measured)


def test_what_is_held_and_not_kept_is_marked_as_too_large() -> None:
    measured = Content(None, False, 11, sha256(b"0123456789a").hexdigest())
    kept = body(Fields([(b"Content-Type", b"application/json")]), measured, LIMIT)
    assert kept is not None
    assert (kept.omitted, kept.size, kept.sha256) == ("too-large", 11, measured.sha256)


def test_what_streamed_past_the_tap_is_marked() -> None:
    begun = headed(JSON | length(LIMIT + 1))
    tap = tap_request(begun, LIMIT)
    begun.request.stream = lambda data: data  # another addon's, later
    assert isinstance(tap, Tap)
    assert content(begun.request, tap, LIMIT, live=True) == Content(None, True, LIMIT + 1)


@pytest.mark.parametrize("fields", [JSON | CHUNKED, JSON])
def test_a_body_that_mitmproxy_lets_stream_in_the_end_is_measured(fields: dict[str, str]) -> None:
    begun = headed(fields)
    assert begun.response is not None
    for message, tap in (
        (begun.request, tap_request(begun, LIMIT, late=True)),
        (begun.response, tap_response(begun, LIMIT, late=True)),
    ):
        assert tap is not None
        # It is held so far.
        assert message.stream is False
        assert content(message, tap, LIMIT, live=True) == Content(None)
        assert message.copy().stream is False
        message.stream = True
        now: object = message.stream
        assert now is tap
        for part in (b"0123", b"45", b""):
            tap(part)
        assert content(message, tap, LIMIT, live=True) == Content(b"012345", True, 6)


def test_a_body_that_stays_short_is_held_with_that_option_too() -> None:
    begun = headed(JSON | CHUNKED)
    tap = tap_request(begun, LIMIT, late=True)
    begun.request.data.content = b"short"
    assert content(begun.request, tap, LIMIT, live=True) == Content(b"short")
    assert tap_request(headed(JSON | length(LIMIT)), LIMIT, late=True) is None
