"""Two recordings of ``server create --wait`` on one release: equal, and each alteration of one is found."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.comparison.mutations import Mutation, mutations
from tests.shipped import again_of
from tracer.comparison import compare
from tracer.comparison.polls import Polls
from tracer.recording import load

RECORDINGS = sorted(Path(__file__).with_name("recorded").glob("*/*.yaml"))
EACH = 100
"""How many alterations of each recording are tried, always the same ones."""
KINDS = ("field dropped", "field renamed", "field retyped", "status 404", "status 500", "no response")
"""Alterations other than of a value: a value may be volatile."""


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.parent.name)
def test_a_command_is_the_same_as_itself(path: Path) -> None:
    found = compare(load(path), load(again_of(path)))
    assert found.differences == []
    reasons = {reason for one in found.suppressed for reason in one.reasons}
    assert {"mac-address", "instance-name", "uuid", "time"} <= reasons


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.parent.name)
def test_an_alteration_is_found_between_two_runs(path: Path) -> None:
    before, after = load(path), load(again_of(path))
    chance = random.Random(path.parent.name)
    repeated = {after.exchanges[index].path for index in Polls(after.exchanges).found}
    assert repeated == {"/compute/v2.1/servers/{server_id}"}

    def lasts(mutation: Mutation) -> bool:
        return mutation.what in KINDS and not any(path in mutation.place for path in repeated)

    every = [mutation for mutation in mutations(after, chance) if lasts(mutation)]
    assert len(every) > EACH
    silent = [
        (mutation.what, mutation.place)
        for mutation in chance.sample(every, EACH)
        if not compare(before, mutation.recording).differences
    ]
    assert silent == []
