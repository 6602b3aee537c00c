"""kill -9 at any moment, under real traffic: what the client has an answer to is in a recording.

Some moments always; a hundred by ``pytest -m all_kills``.
"""

from __future__ import annotations

import itertools
import random
import re
import signal
import threading
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from tests.patience import PATIENCE
from tracer.recording import load
from tracer.runs.participant_map import ParticipantMap
from tracer.runs.recovery import recover

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.e2e.conftest import Proxy, Site

pytestmark = pytest.mark.e2e

CLIENTS = 3


@pytest.mark.parametrize("kills", [20, pytest.param(100, marks=pytest.mark.all_kills)])
def test_no_answered_exchange_is_lost(
    zed: Site, mitmdump: Callable[..., Proxy], tmp_path: Path, kills: int
) -> None:
    moments = random.Random(2026)
    lost: list[str] = []
    recorded_in_all = 0
    # The next proxy starts while the one before is killed.
    with ThreadPoolExecutor(max_workers=2) as pool:
        outs = [tmp_path / f"out-{number}" for number in range(kills)]
        starting = (pool.submit(mitmdump, "--set", f"trace_dir={out}") for out in outs)
        upcoming = next(starting)
        for out in outs:
            proxy = upcoming.result()
            upcoming = next(starting, upcoming)
            answered = _kill_under_traffic(proxy, zed.environment["OS_AUTH_URL"], moments.uniform(0, 0.15))
            results = list(recover(out, ParticipantMap()))
            assert all(isinstance(result, Path) for result in results), results
            recorded = {
                exchange.request.url.partition("?n=")[2]
                for path in out.rglob("*.yaml")
                for exchange in load(path).exchanges
                if exchange.response is not None
            }
            recorded_in_all += len(recorded)
            lost += sorted(answered - recorded)
    assert recorded_in_all > kills
    assert not lost


def _kill_under_traffic(proxy: Proxy, url: str, after: float) -> set[str]:
    """Ask through the proxy without a pause until it is killed; gives what was answered in full."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": proxy.url}))
    numbers = itertools.count()
    answered: set[str] = set()
    first = threading.Event()

    def ask() -> None:
        while True:
            number = str(next(numbers))
            try:
                with opener.open(f"{url}/v3?n={number}", timeout=PATIENCE) as response:
                    response.read()
            except (OSError, HTTPException):
                return
            answered.add(number)
            first.set()

    clients = [threading.Thread(target=ask) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    assert first.wait(PATIENCE)
    time.sleep(after)
    proxy.process.kill()
    proxy.process.wait(PATIENCE)
    for client in clients:
        client.join(PATIENCE)
    return answered


def test_the_next_start_recovers_what_was_left(
    zed: Site, mitmdump: Callable[..., Proxy], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    proxy = mitmdump("--set", f"trace_dir={out}")
    answered = _kill_under_traffic(proxy, zed.environment["OS_AUTH_URL"], 0.1)
    assert not list(out.glob("*.yaml"))
    again = mitmdump("--set", f"trace_dir={out}")
    again.wait_for(r"recovered .*\.yaml")
    (path,) = [Path(found) for found in re.findall(r"recovered (.*\.yaml)", again.printed)]
    recording = load(path)
    assert recording.interrupted
    assert answered <= {exchange.request.url.partition("?n=")[2] for exchange in recording.exchanges}
    assert not list((out / ".journal").glob("*.jsonl"))


def _ask_until(stop: threading.Event, proxy: Proxy, url: str) -> list[threading.Thread]:
    """Have clients open a connection for each request until they are to stop; wait for the first answers."""
    answers = threading.Semaphore(0)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": proxy.url}))

    def ask() -> None:
        with suppress(OSError, HTTPException):
            while not stop.is_set():
                with opener.open(f"{url}/v3", timeout=PATIENCE) as response:
                    response.read()
                answers.release()

    clients = [threading.Thread(target=ask) for _ in range(8)]
    for client in clients:
        client.start()
    for _ in range(40):
        assert answers.acquire(timeout=PATIENCE)
    return clients


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_the_end_of_the_writer_under_traffic_is_told_in_one_line(
    zed: Site, mitmdump: Callable[..., Proxy], tmp_path: Path, number: signal.Signals
) -> None:
    """A proxy whose writer is killed, or hangs and is interrupted, ends in seconds, without a traceback."""
    out = tmp_path / "out"
    proxy = mitmdump("--set", f"trace_dir={out}")
    stop = threading.Event()
    clients = _ask_until(stop, proxy, zed.environment["OS_AUTH_URL"])
    (writer,) = psutil.Process(proxy.process.pid).children()
    writer.send_signal(number)
    if number == signal.SIGSTOP:
        time.sleep(1)
        proxy.process.send_signal(signal.SIGINT)
    assert proxy.process.wait(PATIENCE) == 1
    stop.set()
    for client in clients:
        client.join(PATIENCE)
    assert "Traceback" not in proxy.printed
    told = [line for line in proxy.printed.splitlines() if "the process that keeps the recordings" in line]
    assert [line for line in told if line.startswith("tracer: ")] == told[:1]
    list(recover(out, ParticipantMap()))
    assert sum(len(load(path).exchanges) for path in out.glob("*.yaml"))


def test_without_the_process_that_keeps_its_recordings_a_proxy_stops(
    zed: Site, mitmdump: Callable[..., Proxy], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    proxy = mitmdump("--set", f"trace_dir={out}")
    (writer,) = psutil.Process(proxy.process.pid).children()
    writer.kill()
    assert proxy.process.wait(PATIENCE) == 1
    assert (
        "tracer: the process that keeps the recordings was ended by SIGKILL; the proxy stops" in proxy.printed
    )
    assert "Traceback" not in proxy.printed
    again = mitmdump("--set", f"trace_dir={out}")
    assert again.stop() == 0
    assert not (out / ".journal").exists()
