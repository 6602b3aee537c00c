"""A lazy sequence has the items of the list that it replaces."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tracer.lazy import LazySequence, lazy_map, lazy_reorder

_ITEMS = st.lists(st.integers(), max_size=6)


@given(_ITEMS, st.slices(6), st.permutations(range(6)))
def test_a_lazy_sequence_equals_its_list(items: list[int], part: slice, order: list[int]) -> None:
    lazy = LazySequence(len(items), items.__getitem__)
    assert [*lazy] == items
    assert len(lazy) == len(items)
    assert lazy[part] == items[part]
    assert [lazy[-index - 1] for index in range(len(items))] == items[::-1]
    indexes = [index for index in order if index < len(items)]
    from_list, from_lazy = lazy_reorder(items, indexes), lazy_reorder(lazy, indexes)
    assert (isinstance(from_list, list), isinstance(from_lazy, list)) == (True, False)
    assert [*from_lazy] == [*from_list] == [items[index] for index in indexes]
    sums = [2 * item + index for index, item in enumerate(items)]
    from_list, from_lazy = (
        lazy_map(source, lambda index, item: 2 * item + index) for source in (items, lazy)
    )
    assert (isinstance(from_list, list), isinstance(from_lazy, list)) == (True, False)
    assert [*from_lazy] == [*from_list] == sums


def test_an_item_is_computed_on_access() -> None:
    computed: list[int] = []
    lazy = lazy_map(LazySequence(3, lambda index: computed.append(index) or index), lambda _, item: item)  # type: ignore[func-returns-value]
    assert computed == []
    assert lazy[1] == 1
    assert computed == [1]
