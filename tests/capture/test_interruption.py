"""Ctrl-C while stored flows are read or played."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from typing import TYPE_CHECKING

import pytest
from mitmproxy import http, io
from mitmproxy.addons.readfile import ReadFile
from mitmproxy.test import taddons

from tests.capture.flows import peer
from tests.capture.mitm.test_tracer_addon import TOKEN, discovery, login, show
from tracer.capture.mitm.tracer_addon import Tracer
from tracer.recording import load

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tracer.runs.run_writer import SavedRecording

COMMANDS = 20
LINE = "interrupted: the exchanges that were not played yet are not recorded"

pytestmark = pytest.mark.skipif(
    threading.current_thread() is not threading.main_thread(), reason="only the main thread takes signals"
)


def flows() -> list[http.HTTPFlow]:
    made = []
    for number in range(COMMANDS):
        client, begun, token = peer(), 10.0 * number + 1, TOKEN + str(number)
        made += [discovery(client, at=begun), login(client, begun + 1, token)]
        made += [discovery(client, "/image", begun + 2), show(client, begun + 3, token)]
    return made


class Interrupted(Tracer):
    """An addon whose user presses Ctrl-C as soon as the first recording is written."""

    def on_saved(self, saved: SavedRecording) -> None:
        super().on_saved(saved)
        os.kill(os.getpid(), signal.SIGINT)


@pytest.fixture(autouse=True)
def ignored() -> Iterator[None]:
    """Let a Ctrl-C that the addon does not handle have no effect."""
    before = signal.signal(signal.SIGINT, lambda *_: None)
    yield
    signal.signal(signal.SIGINT, before)


def test_playing_ends_soon_and_keeps_what_was_played(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def run() -> None:
        tracer = Interrupted()
        with taddons.context(tracer) as context:
            context.configure(tracer, trace_dir=str(tmp_path), trace_diagram="", server=False)
            for each in flows():
                await context.cycle(tracer, each)
            await tracer.done()

    asyncio.run(run())
    recordings = [load(path) for path in sorted(tmp_path.glob("*.yaml"))]
    assert 1 <= len(recordings) < COMMANDS
    for recording in recordings:
        if recording.interrupted:
            assert recording.interrupted == "the reading of stored exchanges was interrupted"
        else:
            assert (len(recording.exchanges), recording.verdict) == (4, "conforms")
    assert LINE in caplog.messages
    assert not (tmp_path / ".journal").exists()


def test_reading_ends_at_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    stored = tmp_path / "flows.mitm"
    with stored.open("wb") as file:
        for each in flows():
            io.FlowWriter(file).add(each)

    async def run() -> None:
        tracer, reader = Tracer(), ReadFile()
        with taddons.context(tracer, reader) as context:
            context.configure(
                tracer, trace_dir=str(tmp_path / "r"), trace_diagram="", server=False, rfile=str(stored)
            )
            reader.running()
            for _ in range(20):
                await asyncio.sleep(0)
            assert reader.reading()
            await tracer.done()

    asyncio.run(run())
    assert not list(tmp_path.rglob("*.yaml"))
    assert LINE in caplog.messages
