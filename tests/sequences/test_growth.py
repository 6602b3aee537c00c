"""Matching a long run: work and memory grow with the run, whatever is in it."""

from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from tests.operations import operations
from tests.sequences.runs import HOST, by_name, exchange, named, show
from tracer.lazy import LazySequence
from tracer.model import FORMAT, Exchange, Recording
from tracer.sequences import choose, find, label, match
from tracer.sequences.observations import observe

if TYPE_CHECKING:
    from collections.abc import Callable


def _pages(size: int) -> list[Exchange]:
    return [*named(), *[by_name()] * (size - len(named()))]


def _strangers(size: int) -> list[Exchange]:
    return [exchange("GET", f"{HOST}/image/v2/x{number:x}y", 200) for number in range(size)]


def _refused(size: int) -> list[Exchange]:
    """Tokens that run out, again and again, and a redirect that leads nowhere."""
    redirect = exchange("GET", f"{HOST}/image/v2/images/x", 302, location=f"{HOST}/image/v2/images/x")
    return [*named(), *[show(status=401), redirect] * (size // 2)]


def _of_services(size: int) -> list[Exchange]:
    validation = exchange("GET", f"{HOST}/identity/v3/auth/tokens", 200, sender="glance", token=True)
    return [*named(), *[validation] * (size - len(named()))]


RUNS = [_pages, _strangers, _refused, _of_services]


@pytest.mark.parametrize("make", RUNS)
def test_the_work_grows_with_the_run(make: Callable[[int], list[Exchange]]) -> None:
    def work(size: int) -> int:
        given = make(size)
        match(given, find("image-show"))
        return operations(lambda: (choose(given, None), match(given, find("image-show"))))

    assert work(2_000) < 13 * work(200)


@pytest.mark.parametrize("make", RUNS)
def test_labels_take_little_memory(make: Callable[[int], list[Exchange]]) -> None:
    size = 3_000
    recording = Recording(format=FORMAT, command="x", recorded="", exchanges=make(size))
    label(recording, find("image-show"))
    tracemalloc.start()
    try:
        label(recording, find("image-show"))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1_500 * size


@pytest.mark.parametrize("make", RUNS)
def test_a_prepared_run_keeps_no_exchange_of_a_lazy_sequence(make: Callable[[int], list[Exchange]]) -> None:
    def memory(size: int) -> int:
        exchanges = make(size)
        tracemalloc.start()
        try:
            lazy = LazySequence(size, lambda index: replace(exchanges[index], error=f"{index:010000}"))
            run = observe(lazy)
            memory, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert len(run.seen) == size
        return memory

    memory(1_000)
    assert memory(3_000) - memory(1_000) < 1_000 * 2_000
