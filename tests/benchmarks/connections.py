"""A connection for each request: how many exchanges a second go through each proxy, and at what CPU time."""

from __future__ import annotations

import multiprocessing
import shutil
from contextlib import ExitStack, contextmanager
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

from tests.benchmarks.load import Load
from tests.benchmarks.proxies import BARE, HARDUMP, TRACER, Proxy, started
from tests.benchmarks.rounds import COLUMNS, Rounds, round_count, take_turns
from tests.benchmarks.table import Table
from tests.benchmarks.upstream import IMAGES, served
from tests.e2e.http2 import certificate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.connection import Connection
    from pathlib import Path

__all__ = ["run"]

_PROXIES = (BARE, HARDUMP, TRACER)
_SECONDS = 2.0
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
    # To see that it works, two cases with the same proxies: their start takes longer than the cases.
    batches = [[case] for case in _CASES] if scale > _TINY else [[_CASES[0], _CASES[3]]]
    with served() as plain, served(certificate(folder)) as tls:
        rows = [row for cases in batches for row in _rows(cases, plain, tls, scale, folder)]
    columns = ["clients", "protocol", *COLUMNS]
    note = (
        f"1 KB JSON; {round_count(scale)} rounds of {_seconds_of(scale):.2g} s; median (lowest–highest); "
        "ratios are medians of those within a round. Each client is a process of its own (libcurl), which "
        "opens a connection for each request, waits for the answer and closes it. CPU time counts all "
        "processes of a proxy. Clients, proxy and server (granian) share the machine."
    )
    return Table("A connection for each request", columns, rows, [note])


def _seconds_of(scale: float) -> float:
    return max(0.1, _SECONDS * scale)


def _rows(cases: list[_Case], plain: str, tls: str, scale: float, folder: Path) -> Iterator[list[str]]:
    below = folder / "connections"
    measured = {}
    with started(_PROXIES, below) as proxies:
        for case in cases:
            with _clients(case.clients) as clients:
                measured[case] = _measure(clients, tls if "TLS" in case.protocol else plain, scale, proxies)
    shutil.rmtree(below)
    for case, figures in measured.items():
        for variant in _PROXIES:
            yield [str(case.clients), case.protocol, *figures.cells(variant)]


def _measure(clients: list[Connection], url: str, scale: float, proxies: dict[str, Proxy]) -> Rounds:
    asked = f"{url}/image/v2/images?limit={IMAGES['1 KB']}"

    def turn(variant: str, seconds: float = _seconds_of(scale)) -> tuple[int, float]:
        proxy = proxies[variant]
        return _rate(clients, _Turn(proxy.url, asked, proxy.authority, seconds))

    for variant in proxies:
        turn(variant, _WARM_UP)
    return take_turns(proxies, round_count(scale), turn)


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
