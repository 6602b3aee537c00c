"""How the resident memory of a proxy grows with the exchanges that go through it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tests.benchmarks.load import Load
from tests.benchmarks.proxies import BARE, HARDUMP, TRACER, Proxy, started
from tests.benchmarks.table import Table
from tests.benchmarks.upstream import IMAGES, served

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["run"]

_EXCHANGES = 100_000
_IN_RUN = 10
_STEPS = 4
_WARM = 200  # exchanges, after which everything is loaded that will be

_CASES = [(TRACER, "runs of 10"), (TRACER, "one run"), (HARDUMP, "one run"), (BARE, "one run")]


def run(scale: float, folder: Path) -> Table:
    """Each proxy by itself; its memory after each quarter of the exchanges, and when it has written all."""
    count = max(_STEPS * _IN_RUN, int(_EXCHANGES * scale))
    with served() as url:
        asked = f"{url}/image/v2/images?limit={IMAGES['1 KB']}"
        rows = [_row(variant, kind, asked, count, folder) for variant, kind in _CASES]
    steps = [f"after {round(100 * step / _STEPS)} %" for step in range(1, _STEPS + 1)]
    note = (
        f"{count:,} exchanges of 1 KB JSON through one proxy; growth of its resident memory in MiB since "
        f"its first {_WARM}, and the highest while it ends and writes; where it has processes beside it, "
        "then that of all. A run of 10 is a client process of its own."
    )
    return Table(
        "Memory of the proxy", ["proxy", "exchanges in", "at the start", *steps, "ending"], rows, [note]
    )


def _row(variant: str, kind: str, url: str, count: int, folder: Path) -> list[str]:
    below = folder / f"{len(list(folder.iterdir()))}"
    with started([variant], below) as proxies:
        proxy = proxies[variant]
        if kind == "one run":
            with Load(proxy.url, url, 4) as load:
                figures = _figures(proxy, lambda number: load.run(requests=number), count)
        else:
            figures = _figures(proxy, lambda number: _in_runs(proxy.url, url, number), count)
    return [f"`{variant}`", kind, *figures]


def _figures(proxy: Proxy, ask: Callable[[int], object], count: int) -> list[str]:
    ask(min(_WARM, count))
    first = proxy.memory()
    later = []
    for _ in range(_STEPS):
        ask(count // _STEPS)
        later.append(proxy.memory())
    later.append(proxy.peak_of_ending())
    start = f"{first.proxy:.0f}" if first.proxy == first.all else f"{first.proxy:.0f} / {first.all:.0f}"
    return [start, *(memory.since(first) for memory in later)]


def _in_runs(proxy: str, url: str, count: int) -> None:
    """Each ten requests from a process of their own: a run, for the tracer."""
    for _ in range(max(1, count // _IN_RUN)):
        child = os.fork()
        if child == 0:
            with Load(proxy, url, 1) as load:
                load.run(requests=_IN_RUN)
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
