"""Who traces a cloud, and what a service makes of it; without any service."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from tests.patience import PATIENCE
from tracer.cloud import outgoing, tracing

if TYPE_CHECKING:
    from pathlib import Path

HOST = "127.0.0.1"


def proxy_of(home: Path, name: str = "glance") -> str | None:
    """The proxy that the service takes for a request that it sends now."""
    proxy = outgoing.current(str(home / tracing.FOLDER), name)
    return f"http://{outgoing.HOST}:{proxy.port}" if proxy else None


def silent(_line: str) -> None:
    pass


def test_a_service_sends_through_its_port_as_long_as_it_is_traced(tmp_path: Path) -> None:
    assert proxy_of(tmp_path) is None
    with tracing.taken(tmp_path, "recording", ["keystone", "glance"], HOST, silent) as listening:
        port = listening["glance"].getsockname()[1]
        assert proxy_of(tmp_path) == f"http://{HOST}:{port}"
        assert proxy_of(tmp_path, "keystone") == f"http://{HOST}:{listening['keystone'].getsockname()[1]}"
        assert proxy_of(tmp_path, "nova") is None
        assert tracing.ports(tmp_path, "recording")["glance"] == port
        socket.create_connection((HOST, port)).close()
    assert proxy_of(tmp_path) is None
    assert tracing.ports(tmp_path, "recording") == {}


def test_a_recording_goes_before_the_tracer_of_the_cloud(tmp_path: Path) -> None:
    with tracing.taken(tmp_path, "standing", ["client", "glance"], HOST, silent):
        standing = proxy_of(tmp_path)
        with tracing.taken(tmp_path, "recording", ["glance"], HOST, silent):
            assert proxy_of(tmp_path) not in {None, standing}
        assert proxy_of(tmp_path) == standing


def test_the_same_ports_are_taken_again_where_they_are_free(tmp_path: Path) -> None:
    with tracing.taken(tmp_path, "recording", ["glance"], HOST, silent) as listening:
        port = listening["glance"].getsockname()[1]
    with tracing.taken(tmp_path, "recording", ["glance"], HOST, silent) as listening:
        assert listening["glance"].getsockname()[1] == port
    with socket.create_server((HOST, port)):
        with tracing.taken(tmp_path, "recording", ["glance"], HOST, silent) as listening:
            assert listening["glance"].getsockname()[1] != port
            assert proxy_of(tmp_path) == f"http://{HOST}:{listening['glance'].getsockname()[1]}"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"glance": "x"}', '{"glance": null}'])
def test_a_broken_note_is_no_proxy(tmp_path: Path, text: str) -> None:
    with tracing.taken(tmp_path, "recording", ["glance"], HOST, silent):
        (tmp_path / tracing.FOLDER / "recording.json").write_text(text)
        assert proxy_of(tmp_path) is None
        assert tracing.ports(tmp_path, "recording") == {}


def test_a_tracer_that_was_killed_is_none(tmp_path: Path) -> None:
    script = """
import sys, time
from pathlib import Path
from tracer.cloud import tracing
with tracing.taken(Path(sys.argv[1]), "recording", ["glance"], "127.0.0.1", print):
    print("taken", flush=True)
    time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"taken\n"
        assert proxy_of(tmp_path) is not None
        process.send_signal(signal.SIGKILL)
        process.wait(PATIENCE)
    assert proxy_of(tmp_path) is None


def test_a_second_recording_waits_and_says_so(tmp_path: Path) -> None:
    said: list[str] = []
    order: list[str] = []

    def second() -> None:
        with tracing.taken(tmp_path, "recording", ["glance"], HOST, said.append):
            order.append("second")

    with tracing.taken(tmp_path, "recording", ["glance"], HOST, silent):
        thread = threading.Thread(target=second)
        thread.start()
        deadline = time.monotonic() + PATIENCE
        while not said:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        order.append("first")
    thread.join(PATIENCE)
    assert said == ["waiting for another recording of this cloud to end"]
    assert order == ["first", "second"]
