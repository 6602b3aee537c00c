"""The words that recordings may always contain."""

from __future__ import annotations

import pytest

from tracer.redaction import load_policy
from tracer.redaction.vocabulary import of_catalogue
from tracer.sequences import catalog


@pytest.mark.parametrize("name", catalog())
def test_the_names_of_all_sequences_are_words(name: str) -> None:
    """A label contains the name, also if somebody's password is the same."""
    assert name in set(of_catalogue())
    assert name in load_policy().vocabulary
