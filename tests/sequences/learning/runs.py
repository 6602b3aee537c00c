"""Runs to learn from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.sequences.runs import HOST, exchange
from tracer.model import FORMAT, Exchange, Recording
from tracer.sequences import Entry, Match, Sequence, client_of, match

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def recording(run: Iterable[Exchange], command: str | None = "openstack image show x") -> Recording:
    return Recording(format=FORMAT, command=command, recorded="2026-11-23T00:00:00Z", exchanges=list(run))


def named(*given: Iterable[Exchange], command: str = "openstack image show x") -> dict[str, Recording]:
    return {f"{number}.yaml": recording(run, command) for number, run in enumerate(given)}


def matched(recorded_run: Recording, sequence: Sequence) -> Match:
    return match(recorded_run.exchanges, sequence, client_of(recorded_run))


def problems(sequence: Sequence, recordings: Mapping[str, Recording]) -> dict[str, list[str]]:
    results = {name: matched(recorded_run, sequence) for name, recorded_run in recordings.items()}
    return {name: result.explanations for name, result in results.items() if result.verdict != "conforms"}


IDS = [f"{number:08d}-aaaa-4bbb-8ccc-123456789abc" for number in range(3)]


HEX = "a5362cbd04fd4783a038d5a342d58e87"


USERS = [f"{number:032x}" for number in range(0xABC, 0xABF)]


def images(query: str = "", status: int = 200) -> Exchange:
    return exchange("GET", f"{HOST}/image/v2/images{query}", status, token=True)


def user(who: str, status: int = 200) -> Exchange:
    return exchange("GET", f"{HOST}/identity/v3/users/{who}", status, token=True)


def group(which: str, status: int = 200) -> Exchange:
    return exchange("GET", f"{HOST}/identity/v3/groups/{which}", status, token=True)


def looked_up(entry: Entry) -> list[tuple[str, dict[str, str], tuple[int, ...]]]:
    """Return path, query and statuses of the search after a lookup by ID that failed."""
    assert entry.fallback is not None
    assert entry.fallback.status == (400, 403, 404)
    return [(then.path, then.query, then.statuses) for then in entry.fallback.then]
