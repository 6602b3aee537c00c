"""The end of the proxy: an error in a part of it skips nothing else."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from mitmproxy.test import taddons

from tests.capture.flows import flow, peer
from tracer.capture.mitm import tracer_addon
from tracer.capture.mitm.tracer_addon import Tracer
from tracer.errors import OutputError
from tracer.recording import load
from tracer.runs.events import Event, ExchangeCompleted

if TYPE_CHECKING:
    from pathlib import Path


class _FullDisk:
    """A taker without room for the answered exchange ``refused``."""

    def __init__(self, refused: str) -> None:
        self.finished = False
        self.told: list[Event] = []
        self._refused = refused

    def receive(self, event: Event) -> None:
        self.told.append(event)
        if isinstance(event, ExchangeCompleted) and event.flow == self._refused:
            raise OutputError("run.jsonl", "no space left")

    async def caught_up(self) -> None:
        pass

    async def delivered(self) -> None:
        pass

    async def finish(self) -> None:
        self.finished = True


@pytest.fixture
def ends(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note the steps of the end that are taken."""
    steps: list[str] = []

    async def stop_listening() -> None:
        steps.append("stop listening")
        raise RuntimeError

    async def hang_up() -> None:
        steps.append("hang up")

    monkeypatch.setattr(tracer_addon, "stop_listening", stop_listening)
    monkeypatch.setattr(tracer_addon, "hang_up", hang_up)
    return steps


def test_an_error_at_the_end_skips_nothing_and_is_told(
    tmp_path: Path, ends: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    flows = [flow() for _ in range(3)]
    flows[2].server_conn.error = "connection refused"
    taker = _FullDisk(refused=flows[0].id)

    async def run() -> None:
        tracer = Tracer()
        with taddons.context(tracer) as context:
            context.configure(tracer, trace_dir=str(tmp_path), server=False)
            tracer._sink = taker  # type: ignore[assignment]
            tracer._patches.callback(ends.append, "undo the patches")
            for one in flows[:2]:
                await tracer.requestheaders(one)
            tracer.http_connect(flows[2])
            with pytest.raises(SystemExit):
                await tracer.done()
        assert tracer.reporter.failure is not None

    asyncio.run(run())
    assert sum(isinstance(event, ExchangeCompleted) for event in taker.told) == len(flows)
    assert taker.finished
    assert ends == ["stop listening", "hang up", "undo the patches"]
    assert "2 exchanges or recordings were not written" in capsys.readouterr().err


def test_a_client_that_leaves_is_told_of_though_a_request_of_it_cannot_be_kept(tmp_path: Path) -> None:
    broken = flow()
    taker = _FullDisk(refused=broken.id)

    async def run() -> None:
        tracer = Tracer()
        with taddons.context(tracer) as context:
            context.configure(tracer, trace_dir=str(tmp_path), trace_on_error="pass", server=False)
            tracer._sink = taker  # type: ignore[assignment]
            await tracer.requestheaders(broken)
            tracer._flows[broken.id].response_done = True
            tracer._connections.add(broken.client_conn.id)
            tracer.client_disconnected(broken.client_conn)
            await tracer.done()

    asyncio.run(run())
    names = [type(event).__name__ for event in taker.told]
    assert names[-2:] == ["ExchangeCompleted", "Disconnected"]


@pytest.mark.parametrize("late", [0.0, 60.0])
def test_a_live_flow_of_which_mitmproxy_tells_no_end(
    late: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has crashed there: soon after the client has left, and at the end, the recording says so."""
    monkeypatch.setattr(tracer_addon, "_LATE", late)
    lost, answered = flow(client=peer()), flow(client=peer())
    lost.response = None

    async def run() -> None:
        tracer = Tracer()
        with taddons.context(tracer) as context:
            context.options.add_option("stream_large_bodies", str | None, None, "")
            context.configure(tracer, trace_dir=str(tmp_path), trace_diagram="", server=False)
            for one in (lost, answered):
                await tracer.client_connected(one.client_conn)
                await tracer.requestheaders(one)
                await tracer.request(one)
                tracer.client_disconnected(one.client_conn)
            await tracer.response(answered)  # it may be told a little later
            await asyncio.sleep(0.05)
            assert len(tracer._flows) == (late > 0)
            await tracer.done()

    asyncio.run(run())
    recordings = [load(path) for path in tmp_path.glob("*.yaml")]
    errors = [exchange.error for recording in recordings for exchange in recording.exchanges]
    reason = "the connection ended, and mitmproxy reported no answer and no error: its log may tell why"
    assert sorted(errors, key=str) == [None, reason]


def test_an_intercepted_flow_is_not_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its user may look at it for long after the client has left."""
    monkeypatch.setattr(tracer_addon, "_LATE", 0.0)
    one = flow(client=peer())

    async def run() -> None:
        tracer = Tracer()
        with taddons.context(tracer) as context:
            context.options.add_option("stream_large_bodies", str | None, None, "")
            context.configure(tracer, trace_dir=str(tmp_path), trace_diagram="", server=False)
            await tracer.client_connected(one.client_conn)
            await tracer.requestheaders(one)
            await tracer.request(one)
            one.intercept()
            tracer.client_disconnected(one.client_conn)
            await asyncio.sleep(0.05)
            one.resume()
            await tracer.response(one)
            await tracer.done()

    asyncio.run(run())
    (path,) = tmp_path.glob("*.yaml")
    (exchange,) = load(path).exchanges
    assert exchange.error is None
    assert exchange.response is not None
