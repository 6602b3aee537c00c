"""Every mutant can be planted, and names tests that are there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutants.mutant import FOLDER, ROOT, Mutant, apply, load

MUTANTS = [load(path) for path in sorted(FOLDER.glob("*.patch"))]


def test_there_are_mutants() -> None:
    assert len(MUTANTS) >= 41


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_can_be_planted(mutant: Mutant) -> None:
    assert apply(mutant, ROOT, check=True)
    assert mutant.tests
    assert all((ROOT / path).exists() for path in map(Path, mutant.tests))
