"""A disk that is full: the proxy stops rather than let traffic pass unrecorded, or counts it."""

from __future__ import annotations

import re
import resource
import subprocess
import sys
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

import psutil
import pytest

from tests.patience import PATIENCE
from tracer.capture.worker.connection import BEHIND
from tracer.recording import load
from tracer.runs.participant_map import ParticipantMap
from tracer.runs.recovery import recover

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.e2e.conftest import Proxy, Site

pytestmark = pytest.mark.e2e

ROOM = 16_000
"""Bytes that a file may grow to: enough for some exchanges of a journal."""


def get(proxy: Proxy, url: str) -> int | None:
    """The status of the answer, None where there is none."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": proxy.url}))
    try:
        with opener.open(url, timeout=PATIENCE) as response:
            return int(response.status)
    except (urllib.error.URLError, OSError):
        return None


def fill(proxy: Proxy) -> None:
    """From now on no file of the proxy's can grow over ROOM: writing fails as on a full disk."""
    _limit(proxy, ROOM)


def clear(proxy: Proxy) -> None:
    """There is room again."""
    _limit(proxy, resource.RLIM_INFINITY)


def _limit(proxy: Proxy, room: int) -> None:
    (writer,) = psutil.Process(proxy.process.pid).children()
    resource.prlimit(writer.pid, resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))


def test_a_full_disk_stops_the_proxy(zed: Site, mitmdump: Callable[..., Proxy], tmp_path: Path) -> None:
    out = tmp_path / "out"
    proxy = mitmdump("--set", f"trace_dir={out}")
    url = f"{zed.environment['OS_AUTH_URL']}/v3"
    assert get(proxy, url) == 200
    fill(proxy)
    answers = [get(proxy, url) for _ in range(10 * BEHIND)]
    assert proxy.process.wait(PATIENCE) == 1
    answered = 1 + answers.count(200)
    assert None in answers
    assert answers.index(None) == answered - 1, "nothing passes once recording has failed"
    assert "the proxy stops, as it could not record" in proxy.printed
    assert "Traceback" not in proxy.printed, proxy.printed
    list(recover(out, ParticipantMap()))
    recorded = sum(len(load(path).exchanges) for path in out.glob("*.yaml"))
    assert answered - BEHIND <= recorded <= answered
    unrecorded = re.search(
        r"tracer: ([0-9]+) (?:exchanges or recordings were|exchange or recording was) not written",
        proxy.printed,
    )
    assert unrecorded
    assert recorded + int(unrecorded[1]) >= answered, "what passed and was not recorded was counted"
    assert not [path for path in out.rglob("*") if path.name.endswith(".part")]


def test_on_request_traffic_passes_and_is_counted(
    zed: Site, mitmdump: Callable[..., Proxy], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    proxy = mitmdump("--set", f"trace_dir={out}", "--set", "trace_on_error=pass")
    url = f"{zed.environment['OS_AUTH_URL']}/v3"
    assert get(proxy, url) == 200
    fill(proxy)
    assert [get(proxy, url) for _ in range(20)] == [200] * 20
    clear(proxy)
    assert proxy.stop() == 0
    recorded = sum(len(load(path).exchanges) for path in out.glob("*.yaml"))
    assert 1 < recorded < 21
    assert f"tracer: {21 - recorded} exchanges or recordings were not written" in proxy.printed


def test_a_run_is_finished_though_an_exchange_of_it_failed(
    zed: Site, mitmdump: Callable[..., Proxy], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    proxy = mitmdump("--set", f"trace_dir={out}", "--set", "trace_on_error=pass", "--set", "trace_diagram=")
    url = f"{zed.environment['OS_AUTH_URL']}/v3"
    script = (
        "import sys, urllib.request as u\n"
        "o = u.build_opener(u.ProxyHandler({'http': sys.argv[1]}))\n"
        "for _ in sys.stdin: o.open(sys.argv[2]).read(); print(flush=True)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, proxy.url, url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        bufsize=0,
    ) as client:
        stdin, stdout = client.stdin, client.stdout
        assert stdin is not None
        assert stdout is not None

        def ask(times: int) -> None:
            for _ in range(times):
                stdin.write(b"\n")
                assert stdout.readline() == b"\n"

        ask(1)
        fill(proxy)
        ask(20)
        clear(proxy)
        ask(1)
        stdin.close()
    proxy.wait_for(r"\.yaml \(")
    assert "not recorded: " in proxy.printed


def test_two_proxies_on_one_folder_lose_nothing(
    zed: Site, mitmdump: Callable[..., Proxy], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    proxies = [mitmdump("--set", f"trace_dir={out}", "--set", "trace_diagram=") for _ in range(2)]
    opener = "urllib.request.build_opener(urllib.request.ProxyHandler({'http': sys.argv[1]}))"
    script = f"import sys, urllib.request; {opener}.open(sys.argv[2]).read()"
    url = f"{zed.environment['OS_AUTH_URL']}/v3"
    clients = [
        subprocess.Popen([sys.executable, "-c", script, proxy.url, url])
        for _ in range(12)
        for proxy in proxies
    ]
    assert {client.wait(PATIENCE) for client in clients} == {0}
    for proxy in proxies:
        assert proxy.stop() == 0
    assert len(list(out.glob("*.yaml"))) == 24
