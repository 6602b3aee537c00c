"""Flows whose timestamps are missing or wrong, as other tools store them."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mitmproxy.io.har import request_to_flow

from tests.capture.flows import flow, peer, trace
from tracer.capture.mitm.timestamps import ended, started
from tracer.rendering.messages import messages

if TYPE_CHECKING:
    from pathlib import Path

    from tracer.model import Recording

NOW = 1_700_000_000.0
WRONG = (None, 0, 0.0, -1.0, math.nan, math.inf, 1e300, True)


def entry(
    status: object = 200, time: object = 500.0, begun: str = "2023-11-14T22:13:20Z"
) -> dict[str, object]:
    """An entry of a HAR file."""
    request = {"method": "GET", "url": "http://cloud.test/identity", "httpVersion": "HTTP/1.1", "headers": []}
    response = {"status": status, "httpVersion": "", "headers": [], "content": {}}
    return {"startedDateTime": begun, "time": time, "request": request, "response": response}


def only(recordings: dict[str, Recording]) -> Recording:
    assert len(recordings) == 1
    return next(iter(recordings.values()))


def test_a_stored_flow_without_an_answer_has_no_end(tmp_path: Path) -> None:
    client = peer()
    unanswered = flow(path="/identity", client=client, at=NOW)
    unanswered.response = None
    recording = only(trace([unanswered, flow(path="/image", client=client, at=NOW + 1)], tmp_path))
    first, second = recording.exchanges
    assert (first.started, first.ended, first.error, first.response) == (0, None, "no answer is stored", None)
    assert (second.started, second.ended) == (1, 1.5)
    assert [view.text for view in messages(recording)] == [
        "GET /identity",
        "No response: no answer is stored",
        "GET /image",
        "Response: 200 OK",
    ]


@pytest.mark.parametrize("status", [0, -1, 99])
def test_a_har_entry_of_no_real_status_has_no_response(status: int, tmp_path: Path) -> None:
    exchange = only(trace([request_to_flow(entry(status))], tmp_path)).exchanges[0]
    assert exchange.response is None
    assert exchange.error == "no answer is stored"
    assert exchange.ended == 0.5


@pytest.mark.parametrize("time", [-1, math.nan, math.inf, 1e300])
def test_a_har_entry_of_no_real_duration_has_none(time: float, tmp_path: Path) -> None:
    exchange = only(trace([request_to_flow(entry(time=time))], tmp_path)).exchanges[0]
    assert exchange.response is not None
    assert (exchange.started, exchange.ended) == (0, None)


def test_a_har_file_of_1970_does_not_make_a_run_of_years(tmp_path: Path) -> None:
    undated = request_to_flow(entry(begun="1970-01-01T00:00:00Z"))
    exchange = only(trace([undated], tmp_path)).exchanges[0]
    assert (exchange.started, exchange.ended) == (0, 0)


@pytest.mark.parametrize("wrong", WRONG)
def test_the_nearest_known_time_counts_as_the_begin(wrong: float, tmp_path: Path) -> None:
    made = flow(at=NOW)
    made.request.timestamp_start = wrong
    assert started(made) == NOW + 0.1
    recording = only(trace([made], tmp_path))
    assert recording.recorded == datetime.fromtimestamp(NOW + 0.1, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert recording.exchanges[0].ended == pytest.approx(0.4)


@pytest.mark.parametrize("wrong", [*WRONG, NOW - 1, NOW + 1e11])
def test_no_end_before_the_begin_nor_far_behind_it(wrong: float) -> None:
    made = flow(at=NOW)
    assert made.response is not None
    made.response.timestamp_end = wrong
    assert ended(made) is None


TIMES = st.one_of(st.none(), st.floats(), st.integers(-(10**12), 10**12), st.just(NOW))


@given(st.lists(TIMES, min_size=6, max_size=6), st.booleans())
def test_any_timestamps_give_times_that_a_recording_can_hold(times: list[float], answered: bool) -> None:
    made = flow(at=NOW)
    assert made.response is not None
    made.request.timestamp_start, made.request.timestamp_end = times[0], times[1]
    made.response.timestamp_start, made.response.timestamp_end = times[2], times[3]
    made.client_conn.timestamp_start, made.timestamp_created = times[4], times[5]
    if not answered:
        made.response = None
    begin, end = started(made), ended(made)
    assert 0 <= begin < 1e10
    assert end is None or begin <= end < 1e10
