"""The process beside the proxy, by itself: what it is told, and what it says."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.capture.flows import flow
from tracer.capture.mitm.flow_events import exchange_completed, request_started
from tracer.capture.worker import server
from tracer.capture.worker.connection import configure_message
from tracer.capture.worker.protocol import Configure, Finish, WorkerMessage
from tracer.recording import load
from tracer.runs.client_process import ClientProcess
from tracer.runs.events import (
    Connected,
    Content,
    Disconnected,
    ExchangeCompleted,
    RawResponse,
    RequestStarted,
)
from tracer.runs.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

_fields = st.lists(st.tuples(st.binary(), st.binary())).map(tuple)
_contents = st.builds(Content, st.none() | st.binary(), st.booleans(), st.integers(0, 2**40), st.text())
_replies = st.builds(RawResponse, st.integers(100, 999), st.binary(), _fields, _contents)
_processes = st.builds(
    ClientProcess, st.integers(1, 2**22), st.floats(0, 2e9), st.lists(st.text()).map(tuple)
)
_told = st.one_of(
    st.builds(Connected, st.text(), st.text(), st.integers(0, 65535), st.none() | _processes),
    st.builds(
        RequestStarted,
        st.text(),
        st.text(),
        st.binary(),
        st.binary(),
        st.binary(),
        _fields,
        st.floats(0, 2e9),
    ),
    st.builds(
        ExchangeCompleted,
        st.text(),
        st.floats(0, 2e9),
        _contents,
        st.none() | _replies,
        st.none() | st.binary(),
        st.booleans(),
    ),
    st.builds(Disconnected, st.text()),
    st.builds(Configure, st.binary()),
    st.just(Finish()),
)


@given(st.lists(_told))
def test_what_is_told_arrives_as_it_was(told: list[WorkerMessage]) -> None:
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(told), type=list[WorkerMessage]) == told


def test_the_process_needs_no_proxy() -> None:
    """It is there as soon as the first request is, and as small as it can be."""
    script = "import sys, tracer.capture.worker.server; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert not {"mitmproxy", "cryptography", "tracer.rendering"} & set(loaded.stdout.split())


def notices_of(folder: Path, *messages: WorkerMessage) -> bytes:
    """Return the notices of the server, run in this process, as JSON lines."""
    ours, events = socket.socketpair()
    said, notices = socket.socketpair()
    with ours, events, said, notices:
        message = msgspec.msgpack.encode([configure_message(Settings(folder=folder)), *messages])
        ours.sendall(len(message).to_bytes(4, "big") + message)
        asyncio.run(server._serve(events, notices))
        return said.recv(65536)


def test_a_recovery_that_fails_costs_no_recording(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise PermissionError("a token")

    monkeypatch.setattr(server, "recover", refused)
    made = flow()
    said = notices_of(
        tmp_path,
        Connected(made.client_conn.id, "192.0.2.7", 8080),
        request_started(made),
        exchange_completed(made, None, None, closes=False),
        Finish(),
    )
    assert b"internal error (PermissionError)" in said
    assert b"a token" not in said
    assert b'"Finished"' in said
    assert len(load(tmp_path / "run.yaml").exchanges) == 1


def test_what_cannot_be_understood_ends_the_process(tmp_path: Path) -> None:
    with pytest.raises(msgspec.ValidationError):
        notices_of(tmp_path, "no event")  # type: ignore[arg-type]
