"""A list that is not held is like one that is."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tracer.lazy import LazySequence, lazy_map, reordered

_ITEMS = st.lists(st.integers(), max_size=6)


@given(_ITEMS, st.slices(6), st.permutations(range(6)))
def test_it_is_as_the_list_that_it_stands_for(items: list[int], part: slice, order: list[int]) -> None:
    unheld = LazySequence(len(items), items.__getitem__)
    assert [*unheld] == items
    assert len(unheld) == len(items)
    assert unheld[part] == items[part]
    assert [unheld[-place - 1] for place in range(len(items))] == items[::-1]
    places = [place for place in order if place < len(items)]
    held, other = reordered(items, places), reordered(unheld, places)
    assert (isinstance(held, list), isinstance(other, list)) == (True, False)
    assert [*other] == [*held] == [items[place] for place in places]
    twice = [2 * one + place for place, one in enumerate(items)]
    held, other = (lazy_map(one, lambda place, item: 2 * item + place) for one in (items, unheld))
    assert (isinstance(held, list), isinstance(other, list)) == (True, False)
    assert [*other] == [*held] == twice


def test_an_item_is_made_when_it_is_asked_for() -> None:
    made: list[int] = []
    unheld = lazy_map(LazySequence(3, lambda place: made.append(place) or place), lambda _, item: item)  # type: ignore[func-returns-value]
    assert made == []
    assert unheld[1] == 1
    assert made == [1]
