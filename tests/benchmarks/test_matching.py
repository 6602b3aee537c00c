"""Matching from 10 to 10,000 exchanges: how the time grows with the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.sequences.runs import by_name, exchange, named, show
from tracer.sequences import choose, find, match

if TYPE_CHECKING:
    from pytest_benchmark.fixture import BenchmarkFixture

    from tracer.model import Exchange

SIZES = [10, 100, 1000, 10_000]


def _pages(size: int) -> list[Exchange]:
    return [*named(), *[by_name()] * (size - len(named()))]


def _strangers(size: int) -> list[Exchange]:
    return [show(f"{number:032x}") for number in range(size)]


def _with_calls(size: int) -> list[Exchange]:
    validation = exchange("GET", "http://cloud/identity/v3/auth/tokens", 200, sender="glance", token=True)
    return [*named(), *[validation] * (size - len(named()))]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("make", [_pages, _strangers, _with_calls], ids=["pages", "strangers", "calls"])
def test_match(benchmark: BenchmarkFixture, make: object, size: int) -> None:
    assert callable(make)
    run = make(size)
    benchmark.group = f"match, {size} exchanges"
    result = benchmark(match, run, find("image-show"))
    assert len(result.labels) == size


@pytest.mark.parametrize("size", SIZES)
def test_choose_among_all(benchmark: BenchmarkFixture, size: int) -> None:
    run = _pages(size)
    benchmark.group = f"choose, {size} exchanges"
    chosen = benchmark(choose, run, None)
    assert chosen is not None
    assert chosen.name == "image-show"
