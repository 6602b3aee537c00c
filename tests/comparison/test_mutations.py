"""A thousand altered recordings: each alteration is found, and found where it is."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from tests.comparison.mutations import mutations
from tests.shipped import of_suites, release_of
from tracer.comparison import compare
from tracer.recording import load

if TYPE_CHECKING:
    from pathlib import Path

EACH = {"identity": 150, "image": 150, "compute": 20, "network": 20, "volume": 20}
"""How many alterations of each recording of a suite are tried, always the same ones."""
RECORDINGS = [(path, count) for suite, count in EACH.items() for path in of_suites(suite)]


@pytest.mark.parametrize(
    ("path", "count"),
    RECORDINGS,
    ids=[f"{release_of(path)}/{path.stem}" for path, _ in RECORDINGS],
)
def test_each_alteration_is_reported_at_its_place(path: Path, count: int) -> None:
    recording = load(path)
    chance = random.Random(path.stem)
    every = list(mutations(recording, chance))
    assert len(every) > count
    silent = []
    for mutation in chance.sample(every, count):
        found = compare(recording, mutation.recording).differences
        if not any(mutation.reported_by(one.kind, one.place) for one in found):
            silent.append((mutation.what, mutation.place, [(one.kind, one.place) for one in found]))
    assert silent == []


def test_it_is_more_than_a_thousand() -> None:
    assert sum(count for _, count in RECORDINGS) > 1000
