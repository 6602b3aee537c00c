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

RECORDINGS = of_suites("identity", "image")
EACH = 150
"""How many alterations of each recording are tried, always the same ones; there are 34,000 of them."""


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: f"{release_of(path)}/{path.stem}")
def test_each_alteration_is_reported_at_its_place(path: Path) -> None:
    recording = load(path)
    chance = random.Random(path.stem)
    every = list(mutations(recording, chance))
    assert len(every) > EACH
    silent = []
    for mutation in chance.sample(every, EACH):
        found = compare(recording, mutation.recording).differences
        if not any(mutation.reported_by(one.kind, one.place) for one in found):
            silent.append((mutation.what, mutation.place, [(one.kind, one.place) for one in found]))
    assert silent == []


def test_it_is_more_than_a_thousand() -> None:
    assert len(RECORDINGS) * EACH > 1000
