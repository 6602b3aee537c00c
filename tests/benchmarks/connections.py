"""A connection for each request: how many exchanges a second go through each proxy, and at what CPU time."""

from __future__ import annotations

import multiprocessing
import random
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import product
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

from tests.benchmarks.load import Load
from tests.benchmarks.proxies import BARE, HARDUMP, TRACER, Proxy, started
from tests.benchmarks.table import Table, ratio, spread
from tests.benchmarks.upstream import IMAGES, served
from tests.e2e.http2 import certificate

__all__ = ["run"]

_PROXIES = (BARE, HARDUMP, TRACER)
_SECONDS = 2.0
_ROUNDS = 7
_WARM_UP = 0.2
_TINY = 0.01


class _Case(NamedTuple):
    clients: int
    protocol: str


class _Turn(NamedTuple):
    """What each client is told: for how many seconds to ask which URL through which proxy."""

    proxy: str
    url: str
    ca: str
    seconds: float


_CASES = [_Case(*case) for case in product((1, 4, 50), ("plain HTTP/1.1", "TLS HTTP/1.1"))]


def run(scale: float, folder: Path) -> Table:
    """Measure all cases; every proxy takes its turn in every round."""
    cases = _CASES if scale > _TINY else [_CASES[0], _CASES[3]]
    with served() as plain, served(certificate(folder)) as tls:
        rows = [
            row
            for case in cases
            for row in _rows(case, tls if "TLS" in case.protocol else plain, scale, folder)
        ]
    columns = ["clients", "protocol", "proxy", "exchanges/s", "of bare", "CPU ms/exchange", "× bare"]
    note = (
        f"1 KB JSON; {_rounds_of(scale)} rounds of {_seconds_of(scale):.2g} s; median (lowest–highest); "
        "ratios are medians of those within a round. Each client is a process of its own (libcurl), which "
        "opens a connection for each request, waits for the answer and closes it. CPU time counts all "
        "processes of a proxy. Clients, proxy and server (granian) share the machine."
    )
    return Table("A connection for each request", columns, rows, [note])


def _rounds_of(scale: float) -> int:
    return max(2, round(_ROUNDS * scale))


def _seconds_of(scale: float) -> float:
    return max(0.1, _SECONDS * scale)


def _rows(case: _Case, url: str, scale: float, folder: Path) -> Iterator[list[str]]:
    below = folder / "connections"
    with _clients(case.clients) as clients, started(_PROXIES, below) as proxies:
        rates, costs = _rounds(clients, url, scale, proxies)
    shutil.rmtree(below)
    for variant in _PROXIES:
        yield [
            str(case.clients),
            case.protocol,
            f"`{variant}`",
            spread(rates[variant]),
            ratio(rates[variant], rates[BARE]),
            spread(costs[variant], 2),
            ratio(costs[variant], costs[BARE]),
        ]


def _rounds(
    clients: list[Connection], url: str, scale: float, proxies: dict[str, Proxy]
) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    rates: dict[str, list[float]] = {variant: [] for variant in proxies}
    costs: dict[str, list[float]] = {variant: [] for variant in proxies}
    asked = f"{url}/image/v2/images?limit={IMAGES['1 KB']}"
    order = list(proxies)
    shuffle = random.Random(7)
    for proxy in proxies.values():
        _rate(clients, _Turn(proxy.url, asked, proxy.authority, _WARM_UP))
    for _ in range(_rounds_of(scale)):
        shuffle.shuffle(order)
        for variant in order:
            proxy = proxies[variant]
            before = proxy.cpu()
            count, rate = _rate(clients, _Turn(proxy.url, asked, proxy.authority, _seconds_of(scale)))
            rates[variant].append(rate)
            costs[variant].append(1000 * (proxy.cpu() - before) / count)
    return rates, costs


def _rate(clients: list[Connection], turn: _Turn) -> tuple[int, float]:
    """Give all clients a turn. Return how many answers they got, and how many a second."""
    for client in clients:
        client.send(turn)
    results = [client.recv() for client in clients]
    return sum(count for count, _ in results), sum(count / seconds for count, seconds in results)


@contextmanager
def _clients(count: int) -> Iterator[list[Connection]]:
    """Processes that take turns, each by the connection to it."""
    spawning = multiprocessing.get_context("forkserver")
    spawning.set_forkserver_preload([__name__])
    with ExitStack() as stack:
        ends = []
        for _ in range(count):
            here, there = spawning.Pipe()
            process = spawning.Process(target=_client, args=(there,))
            process.start()
            there.close()
            stack.callback(process.join)
            stack.callback(here.close)
            ends.append(here)
        yield ends


def _client(turns: Connection) -> None:
    """Take turns until there are no more."""
    try:
        while True:
            turn: _Turn = turns.recv()
            with Load(turn.proxy, turn.url, 1, ca=turn.ca, fresh=True) as load:
                turns.send(load.run(turn.seconds))
    except EOFError:
        pass
