"""What a moved exchange has passed, and how much work it is to find that."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.comparison.runs import exchange, run
from tests.operations import operations
from tracer.comparison import compare
from tracer.comparison.passing import Passed

if TYPE_CHECKING:
    from tracer.model import Recording


@given(st.integers(0, 12).flatmap(lambda size: st.permutations(range(size))))
def test_just_those_are_passed_whose_order_is_another(order: list[int]) -> None:
    pairs = list(enumerate(order))
    passed = Passed(pairs)
    for number, other in pairs:
        wanted = {(ours, theirs) for ours, theirs in pairs if (ours - number) * (theirs - other) < 0}
        found = list(passed.by((number, other)))
        assert set(found) == wanted
        assert len(found) == len(wanted)


def _run(names: list[str], lasts: float = 1.5) -> Recording:
    """Requests a second apart from each other."""
    return run(*(exchange(f"/{name}", started=float(at), ended=at + lasts) for at, name in enumerate(names)))


def _names(size: int) -> list[str]:
    return ["".join(word) for word in itertools.islice(itertools.product("abcdefgh", repeat=5), size)]


def _neighbours_swapped(names: list[str]) -> list[str]:
    return [name for pair in zip(names[1::2], names[::2], strict=True) for name in pair]


def _rotated(names: list[str]) -> list[str]:
    return [*names[len(names) // 2 :], *names[: len(names) // 2]]


@pytest.mark.parametrize("other", [_neighbours_swapped, _rotated, lambda names: names[::-1]])
@pytest.mark.parametrize("lasts", [0.5, 1.5])
def test_the_work_grows_with_the_run(other, lasts: float) -> None:  # type: ignore[no-untyped-def]
    def work(size: int) -> int:
        before, after = _run(_names(size), lasts), _run(other(_names(size)), lasts)
        compare(before, after)
        return operations(lambda: compare(before, after))

    assert work(1_000) < 15 * work(100)


def test_exchanges_at_the_same_time_are_reordered_and_others_moved() -> None:
    names = _names(40)
    found = compare(_run(names), _run(_neighbours_swapped(names)))
    assert found.differences == []
    assert {one.reasons for one in found.suppressed} == {("concurrent",), ("time",)}
    found = compare(_run(names, 0.5), _run(_neighbours_swapped(names), 0.5))
    assert {one.kind for one in found.differences} == {"moved"}


def test_what_passed_more_than_any_client_asks_at_a_time_has_moved() -> None:
    names = _names(300)
    long = (_run(names, 1e6), _run([*names[1:], names[0]], 1e6))
    assert {one.kind for one in compare(*long).differences} == {"moved"}
    few = (_run(names[:100], 1e6), _run([*names[1:100], names[0]], 1e6))
    assert compare(*few).differences == []
