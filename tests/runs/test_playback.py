"""Stored exchanges become the same recordings in whatever order their file holds them."""

from __future__ import annotations

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mitmproxy import http, io
from mitmproxy.flow import Error
from mitmproxy.test import taddons

from tests.capture.flows import flow, peer, trace
from tests.capture.mitm.test_tracer_addon import TOKEN, discovery, login, show
from tracer.capture.mitm.tracer_addon import Tracer
from tracer.model import RunNote
from tracer.runs.event_pipeline import EventPipeline
from tracer.runs.events import Event, RequestStarted
from tracer.runs.playback import Clock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracer.model import Recording

STORED = Path(__file__).parent / "stored"


def read(name: str) -> list[http.HTTPFlow]:
    reader = io.FlowReader((STORED / name).open("rb"))
    with reader.fo:
        return [flow for flow in reader.stream() if isinstance(flow, http.HTTPFlow)]


def one_after_the_other(*, ended: bool) -> list[http.HTTPFlow]:
    """Three commands, each over one connection; ``ended`` tells that the file knows when that ended."""
    flows = []
    for number in range(3):
        client, begun = peer(), 10.0 * number
        token = TOKEN + str(number)
        flows += [discovery(client, at=begun), login(client, begun + 1, token)]
        flows += [discovery(client, "/image", begun + 2), show(client, begun + 3, token)]
        client.timestamp_end = begun + 3.6 if ended else None
    return flows


def with_services() -> list[http.HTTPFlow]:
    """Two commands at once of two clients; Glance asks Keystone about the token of each."""
    one, other, service = peer("192.0.2.1"), peer("192.0.2.2"), peer("192.0.2.3")
    service.sockname = ("192.0.2.9", 8082)
    second = TOKEN + "b"
    flows = [login(one, 1), login(other, 1.2, second), show(one, 2.0), show(other, 2.1, second)]
    for at, about in ((2.15, second), (2.3, TOKEN), (9.0, "")):
        headers = {"X-Subject-Token": about} if about else {}
        asked = flow("GET", "/identity/v3/auth/tokens", headers=headers, client=service, at=at)
        assert asked.response is not None
        asked.response.timestamp_end = at + 0.05
        flows.append(asked)
    return flows


FILES = {
    "one command over two tunnels": (read("one-command.mitm"), 1),
    "three commands of a HAR file": (read("three-commands.har"), 3),
    "both": (read("one-command.mitm") + read("three-commands.har"), 4),
    "keep-alive": (one_after_the_other(ended=False), 3),
    "keep-alive, ended": (one_after_the_other(ended=True), 3),
    "services": (with_services(), 3),
}


def texts(flows: list[http.HTTPFlow]) -> dict[str, str]:
    with TemporaryDirectory() as folder:
        trace(flows, Path(folder), trace_participants="glance=8082")
        return {path.stem: path.read_text() for path in sorted(Path(folder).glob("*.yaml"))}


def begun(one: http.HTTPFlow) -> float:
    return one.request.timestamp_start


ORDERED = {name: texts(sorted(flows, key=begun)) for name, (flows, _) in FILES.items()}


@pytest.mark.parametrize("name", FILES)
@given(data=st.data())
@settings(max_examples=8)
def test_any_order_in_the_file_gives_the_recordings_of_the_order_of_time(
    name: str, data: st.DataObject
) -> None:
    flows, commands = FILES[name]
    assert len(ORDERED[name]) == commands
    assert texts(data.draw(st.permutations(flows))) == ORDERED[name]


@pytest.mark.parametrize("name", FILES)
def test_files_as_tools_sort_them(name: str) -> None:
    flows, _ = FILES[name]
    for order in (flows[::-1], sorted(flows, key=lambda one: (one.request.url, -begun(one)))):
        assert texts(order) == ORDERED[name]


def test_whole_seconds_keep_the_order_of_the_file(tmp_path: Path) -> None:
    """A login and the request with its token began in the same second, before the login had ended."""
    flows = one_after_the_other(ended=False)
    for one in flows:
        assert one.response is not None
        one.request.timestamp_start = one.request.timestamp_start // 10 * 10
        one.response.timestamp_end = one.request.timestamp_start + 1.2
    found = trace(flows, tmp_path)
    assert [(len(each.exchanges), each.verdict) for each in found.values()] == [(4, "conforms")] * 3


def test_a_file_that_cannot_be_brought_into_order_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracer.runs.playback._LIMIT", 4)
    flows = one_after_the_other(ended=False)
    disordered = trace(flows[::-1], tmp_path / "disordered")
    assert undetermined(disordered)
    # The first recording was complete, and written, before the exchange came that is late.
    late = trace([*flows[1:], flows[0]], tmp_path / "late")
    assert undetermined(late)
    reason = RunNote(code="out-of-order", values={"count": 10_000, "mebibytes": 128})
    assert any(reason in each.notes for each in late.values())


def lasting(one: http.HTTPFlow, seconds: float) -> http.HTTPFlow:
    assert one.response is not None
    one.response.timestamp_end = one.request.timestamp_start + seconds
    return one


def with_download() -> list[http.HTTPFlow]:
    """One command, with short requests on connections of their own while a download lasts."""
    download = lasting(show(peer(), 2), 99)
    return [login(peer(), 1), download, show(peer(), 3), show(peer(), 51)]


def test_a_run_lasts_as_long_as_its_longest_exchange(tmp_path: Path) -> None:
    flows = with_download()
    for number, order in enumerate((flows, flows[::-1])):
        found = trace(order, tmp_path / str(number))
        assert [len(each.exchanges) for each in found.values()] == [4]


def test_a_run_that_goes_on_is_written_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO"):
        trace(with_download(), tmp_path)
    written = [record for record in caplog.records if "run.yaml" in record.getMessage()]
    assert len(written) == 1


def test_the_time_never_goes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    times: list[float] = []
    set_attribute = Clock.__setattr__

    def set_time(clock: Clock, name: str, value: float) -> None:
        times.append(value)
        set_attribute(clock, name, value)

    monkeypatch.setattr(Clock, "__setattr__", set_time)
    trace(with_download(), tmp_path)
    assert times == sorted(times)


def test_a_token_is_known_to_requests_that_began_before_its_login_ended(tmp_path: Path) -> None:
    """So coarse times tell it."""
    flows = [
        lasting(login(peer(), 1), 1.2),
        show(peer(), 2),
        lasting(login(peer(), 10), 1.2),
        show(peer(), 10),
    ]
    flows[2].response.headers["X-Subject-Token"] = TOKEN + "b"  # type: ignore[union-attr]
    flows[3].request.headers["X-Auth-Token"] = TOKEN + "b"
    assert [len(each.exchanges) for each in trace(flows, tmp_path).values()] == [2, 2]


def undetermined(found: dict[str, Recording]) -> bool:
    return {each.verdict for each in found.values()} == {"undetermined"}


def test_what_is_nearly_in_order_is_sorted_within_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracer.runs.playback._LIMIT", 4)
    flows = one_after_the_other(ended=False)
    nearly = [each for start in range(0, len(flows), 4) for each in reversed(flows[start : start + 4])]
    assert {each.verdict for each in trace(nearly, tmp_path).values()} == {"conforms"}


@pytest.mark.parametrize("failed", [False, True])
def test_large_contents_are_not_all_held(
    failed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracer.runs.playback._SIZE_LIMIT", 10_000)
    played: list[float] = []
    receive = EventPipeline.receive

    def received(pipeline: EventPipeline, event: Event) -> None:
        played.extend([event.started] if isinstance(event, RequestStarted) else [])
        receive(pipeline, event)

    monkeypatch.setattr(EventPipeline, "receive", received)
    before: list[int] = []

    def flows() -> Iterator[http.HTTPFlow]:
        for number in range(6):
            before.append(len(played))
            one = flow("POST", content=b"x" * 3000, at=1.0 + number)
            if failed:
                one.response, one.error = None, Error("refused", 1.5 + number)
            yield one

    trace(flows(), tmp_path)
    assert before == [0, 0, 0, 0, 1, 2]
    assert played == [1, 2, 3, 4, 5, 6]


def test_other_settings_are_of_what_comes_after_them(tmp_path: Path) -> None:
    """What was read before is recorded by the settings that it was read with."""
    flows = one_after_the_other(ended=False)

    async def run() -> None:
        tracer = Tracer()
        with taddons.context(tracer) as context:
            for folder, part in (("a", flows[:4]), ("b", flows[4:])):
                context.configure(tracer, trace_dir=str(tmp_path / folder), trace_diagram="", server=False)
                for one in part:
                    await context.cycle(tracer, one)
            await tracer.done()

    asyncio.run(run())
    assert sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.yaml")) == [
        "a/image-show.yaml",
        "b/image-show-2.yaml",
        "b/image-show.yaml",
    ]
