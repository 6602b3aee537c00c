"""How many exchanges a second go through each proxy, and what CPU time each exchange takes."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import NamedTuple

from tests.benchmarks.load import Load
from tests.benchmarks.proxies import ASKING, BARE, VARIANTS, Proxy, started
from tests.benchmarks.table import Table, ratio, spread
from tests.benchmarks.upstream import IMAGES, served
from tests.e2e.http2 import certificate

__all__ = ["run"]

_SECONDS = 1.5
_ROUNDS = 7
_TINY = 0.01


class _Case(NamedTuple):
    size: str
    connections: int
    protocol: str


_CASES = [_Case(*one) for one in product(IMAGES, (1, 16), ("plain HTTP/1.1", "TLS HTTP/1.1", "TLS HTTP/2"))]


def run(scale: float, folder: Path) -> Table:
    """All cases; every proxy takes its turn in every round."""
    with served() as plain, served(certificate(folder)) as tls:
        rows = [
            row
            for case in _cases(scale)
            for row in _rows(case, tls if "TLS" in case.protocol else plain, scale, folder)
        ]
    columns = [
        "JSON",
        "connections",
        "protocol",
        "proxy",
        "exchanges/s",
        "of bare",
        "CPU ms/exchange",
        "× bare",
    ]
    note = (
        f"{_rounds_of(scale)} rounds of {_seconds_of(scale):.2g} s; median (lowest–highest); ratios are "
        "medians of those within a round. CPU time counts all processes of a proxy. The client (libcurl) and "
        "the server (granian) run on the same machine and take their share of it. Every answer differs from "
        "the one before. The tracer redacts and journals meanwhile; its YAML is written when the run is "
        f"over. It also has mitmproxy ask only those addons for a hook that have it; `{ASKING}` does "
        "nothing but that: the difference between the two is what recording costs."
    )
    return Table("Throughput of the proxy", columns, rows, [note])


def _rounds_of(scale: float) -> int:
    return max(2, round(_ROUNDS * scale))


def _seconds_of(scale: float) -> float:
    return max(0.05, _SECONDS * scale)


def _cases(scale: float) -> list[_Case]:
    """All of them, or, to see that it works, one of each protocol and both sizes."""
    return _CASES if scale > _TINY else [_CASES[0], _CASES[4], _CASES[11]]


def _rows(case: _Case, url: str, scale: float, folder: Path) -> Iterator[list[str]]:
    below = folder / "throughput"
    with started(list(VARIANTS), below) as proxies:
        rates, costs = _rounds(case, url, scale, proxies)
    shutil.rmtree(below)
    for variant in VARIANTS:
        yield [
            case.size,
            str(case.connections),
            case.protocol,
            f"`{variant}`",
            spread(rates[variant]),
            ratio(rates[variant], rates[BARE]),
            spread(costs[variant], 2),
            ratio(costs[variant], costs[BARE]),
        ]


def _rounds(
    case: _Case, url: str, scale: float, proxies: dict[str, Proxy]
) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    rates: dict[str, list[float]] = {variant: [] for variant in proxies}
    costs: dict[str, list[float]] = {variant: [] for variant in proxies}
    order = list(proxies)
    shuffle = random.Random(7)
    asked = f"{url}/image/v2/images?limit={IMAGES[case.size]}"
    http2 = case.protocol.endswith("HTTP/2")
    loads = {
        name: Load(proxy.url, asked, case.connections, http2=http2, ca=proxy.authority)
        for name, proxy in proxies.items()
    }
    for load in loads.values():
        load.run(requests=2 * case.connections)
    for _ in range(_rounds_of(scale)):
        shuffle.shuffle(order)
        for variant in order:
            before = proxies[variant].cpu()
            count, seconds = loads[variant].run(_seconds_of(scale))
            rates[variant].append(count / seconds)
            costs[variant].append(1000 * (proxies[variant].cpu() - before) / count)
    for load in loads.values():
        load.__exit__(None, None, None)
    return rates, costs
