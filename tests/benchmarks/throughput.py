"""How many exchanges a second go through each proxy, and what CPU time each exchange takes."""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

from tests.benchmarks.load import Load
from tests.benchmarks.proxies import ASKING, VARIANTS, Proxy, started
from tests.benchmarks.rounds import COLUMNS, Rounds, round_count, take_turns
from tests.benchmarks.table import Table
from tests.benchmarks.upstream import IMAGES, served
from tests.e2e.http2 import certificate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["run"]

_SECONDS = 1.5
_TINY = 0.01


class _Case(NamedTuple):
    size: str
    connections: int
    protocol: str


_CASES = [_Case(*one) for one in product(IMAGES, (1, 16), ("plain HTTP/1.1", "TLS HTTP/1.1", "TLS HTTP/2"))]


def run(scale: float, folder: Path) -> Table:
    """All cases; every proxy takes its turn in every round."""
    with served() as plain, served(certificate(folder)) as tls:
        rows = [row for cases in _batches(scale) for row in _rows(cases, plain, tls, scale, folder)]
    columns = ["JSON", "connections", "protocol", *COLUMNS]
    note = (
        f"{round_count(scale)} rounds of {_seconds_of(scale):.2g} s; median (lowest–highest); ratios are "
        "medians of those within a round. CPU time counts all processes of a proxy. The client (libcurl) and "
        "the server (granian) run on the same machine and take their share of it. Every answer differs from "
        "the one before. The tracer redacts and journals meanwhile; its YAML is written when the run is "
        f"over. It also has mitmproxy ask only those addons for a hook that have it; `{ASKING}` does "
        "nothing but that: the difference between the two is what recording costs."
    )
    return Table("Throughput of the proxy", columns, rows, [note])


def _seconds_of(scale: float) -> float:
    return max(0.05, _SECONDS * scale)


def _batches(scale: float) -> list[list[_Case]]:
    """All cases, each with proxies of its own; or, to see that it works, some with the same proxies.

    These are one of each protocol, and both sizes: the start of the proxies takes longer than they do.
    """
    return [[case] for case in _CASES] if scale > _TINY else [[_CASES[0], _CASES[4], _CASES[11]]]


def _rows(cases: list[_Case], plain: str, tls: str, scale: float, folder: Path) -> Iterator[list[str]]:
    below = folder / "throughput"
    with started(list(VARIANTS), below) as proxies:
        measured = {
            case: _measure(case, tls if "TLS" in case.protocol else plain, scale, proxies) for case in cases
        }
    shutil.rmtree(below)
    for case, figures in measured.items():
        for variant in VARIANTS:
            yield [case.size, str(case.connections), case.protocol, *figures.cells(variant)]


def _measure(case: _Case, url: str, scale: float, proxies: dict[str, Proxy]) -> Rounds:
    asked = f"{url}/image/v2/images?limit={IMAGES[case.size]}"
    http2 = case.protocol.endswith("HTTP/2")
    with ExitStack() as stack:
        loads = {
            name: stack.enter_context(
                Load(proxy.url, asked, case.connections, http2=http2, ca=proxy.authority)
            )
            for name, proxy in proxies.items()
        }
        for load in loads.values():
            load.run(requests=2 * case.connections)

        def turn(variant: str) -> tuple[int, float]:
            count, seconds = loads[variant].run(_seconds_of(scale))
            return count, count / seconds

        return take_turns(proxies, round_count(scale), turn)
