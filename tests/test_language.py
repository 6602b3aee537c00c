"""Texts and names are plain: few relative clauses, few vague names."""

from __future__ import annotations

import ast
from pathlib import Path

from tests import language
from tests.language import count_docstrings, count_names, count_prose

ROOT = Path(__file__).parents[1]


def test_docstrings_have_few_relative_clauses() -> None:
    relatives, openings = count_docstrings(ROOT)
    assert relatives.total > 10_000
    assert relatives.share <= 0.002
    assert openings.share <= 0.02


def test_names_say_what_they_stand_for() -> None:
    vague = count_names(ROOT)
    assert vague.total > 10_000
    assert vague.share <= 0.005


def test_documentation_has_few_relative_clauses() -> None:
    relatives = count_prose(ROOT)
    assert relatives.total > 5_000
    assert relatives.share <= 0.002


def test_the_counter_sees_each_of_them() -> None:
    tree = ast.parse(
        '"""What comes."""\ndef f(one: int) -> None:\n    """Whose it is."""\n    path = held = one\n'
    )
    assert list(language._docstrings(tree)) == ["What comes.", "Whose it is."]
    assert [name for name in language._bindings(tree) if name in language.VAGUE] == ["one", "held"]
