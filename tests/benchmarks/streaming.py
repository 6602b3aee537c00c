"""Images through the proxy: how fast, and how much of them it holds."""

from __future__ import annotations

import shutil
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pycurl

from tests.benchmarks.proxies import TRACER, Proxy, started
from tests.benchmarks.table import Table, ratio, spread
from tests.benchmarks.upstream import served

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["run"]

_SIZE = 4 * 2**30
_ROUNDS = 3
_STREAMING = "mitmdump"


def run(scale: float, folder: Path) -> Table:
    """Up and down, in turn through mitmdump that streams by its own option and through the tracer."""
    size = max(2**21, int(_SIZE * scale))
    rounds = max(2, round(_ROUNDS * scale))
    with (
        served() as url,
        started([_STREAMING, TRACER], folder / "streaming", "--set", "stream_large_bodies=1m") as all_of,
    ):
        rates: dict[tuple[str, str], list[float]] = {}
        grown: dict[tuple[str, str], list[float]] = {}
        for way in ("up", "down"):
            for name, proxy in [*all_of.items()] * (rounds + 1):
                with _growth(proxy) as growth:
                    seconds = _transfer(proxy.url, url, way, size)
                rates.setdefault((way, name), []).append(size / 2**20 / seconds)
                grown.setdefault((way, name), []).append(growth[0])
    shutil.rmtree(folder / "streaming")
    rows = []
    for way in ("up", "down"):
        for name in (_STREAMING, TRACER):
            values, peers = rates[way, name][1:], rates[way, _STREAMING][1:]
            rows.append(
                [way, f"`{name}`", spread(values), ratio(values, peers), f"{max(grown[way, name]):+.1f}"]
            )
    note = (
        f"{size / 2**20:,.0f} MiB in one body, {rounds} rounds after one that warms up; both with "
        "`stream_large_bodies=1m`. The tracer also takes the body's SHA-256. Growth: the highest resident "
        "memory during a transfer, less that before it; the greatest of all rounds."
    )
    columns = ["direction", "proxy", "MiB/s", "of bare", "growth, MiB"]
    return Table("Images streamed", columns, rows, [note])


def _transfer(proxy: str, url: str, way: str, size: int) -> float:
    handle = pycurl.Curl()
    handle.setopt(pycurl.PROXY, proxy)
    handle.setopt(pycurl.URL, f"{url}/image/v2/images/1/file?size={size if way == 'down' else 0}")
    handle.setopt(pycurl.WRITEFUNCTION, len)
    handle.setopt(pycurl.BUFFERSIZE, 2**18)
    if way == "up":
        rest = size

        def read(most: int) -> bytes:
            nonlocal rest
            most = min(most, rest)
            rest -= most
            return bytes(most)

        handle.setopt(pycurl.UPLOAD, 1)
        handle.setopt(pycurl.INFILESIZE_LARGE, size)
        handle.setopt(pycurl.READFUNCTION, read)
        handle.setopt(pycurl.UPLOAD_BUFFERSIZE, 2**18)
        handle.setopt(pycurl.HTTPHEADER, ["Content-Type: application/octet-stream", "Expect:"])
    began = time.perf_counter()
    handle.perform()
    seconds = time.perf_counter() - began
    if handle.getinfo(pycurl.RESPONSE_CODE) != 200:
        raise RuntimeError(f"the benchmark was answered {handle.getinfo(pycurl.RESPONSE_CODE)}")
    handle.close()
    return seconds


@contextmanager
def _growth(proxy: Proxy) -> Iterator[list[float]]:
    """A list that holds, once left, by how many MiB the proxy's memory grew at most."""
    before = highest = proxy.memory().all
    over = threading.Event()
    result: list[float] = []

    def watch() -> None:
        nonlocal highest
        while not over.wait(0.02):
            highest = max(highest, proxy.memory().all)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield result
    finally:
        over.set()
        watcher.join()
        result.append(max(highest, proxy.memory().all) - before)
