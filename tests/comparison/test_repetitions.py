"""Repeated requests are paired by content if one run has more of them."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.comparison.runs import exchange, run
from tracer.comparison import compare
from tracer.comparison.repetitions import _pairs, _similarity

if TYPE_CHECKING:
    from tracer.model import Exchange

words = st.lists(st.frozensets(st.sampled_from("abcd"), max_size=4), max_size=5)


def page(number: int) -> Exchange:
    images = [{"name": f"image-{number}-{index}", "size": 1} for index in range(5)]
    return exchange("/v2/images", {"images": images}, url=f"http://cloud/v2/images?marker={number}")


@pytest.mark.parametrize("gone", range(6))
def test_a_page_fewer_is_one_difference(gone: int) -> None:
    pages = [page(number) for number in range(6)]
    found = compare(run(*pages), run(*pages[:gone], *pages[gone + 1 :]))
    number = f" ({gone + 1})" if gone else ""
    assert [(one.kind, one.place) for one in found.differences] == [("removed", f"GET /v2/images{number}")]
    back = compare(run(*pages[:gone], *pages[gone + 1 :]), run(*pages))
    assert [(one.kind, one.place) for one in back.differences] == [("added", f"GET /v2/images{number}")]


def test_equal_requests_are_paired_from_the_beginning() -> None:
    found = compare(run(*[page(1)] * 2), run(*[page(1)] * 3))
    assert [one.place for one in found.differences] == ["GET /v2/images (3)"]


@given(words, words)
def test_the_pairs_have_the_highest_similarity(
    before: list[frozenset[str]], after: list[frozenset[str]]
) -> None:
    pairs = _pairs(before, after)
    assert len(pairs) == min(len(before), len(after))
    assert pairs == sorted(pairs)
    assert [first for first, _ in pairs] == sorted({first for first, _ in pairs})
    assert [second for _, second in pairs] == sorted({second for _, second in pairs})

    def score(some: list[tuple[int, int]]) -> float:
        return sum(_similarity(before[first], after[second]) for first, second in some)

    size = len(pairs)
    highest = max(
        score(list(zip(first, second, strict=True)))
        for first in itertools.combinations(range(len(before)), size)
        for second in itertools.combinations(range(len(after)), size)
    )
    assert score(pairs) == pytest.approx(highest)
