"""Texts and names are plain: few relative clauses, few vague names."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests import language
from tests.language import count_docstrings, count_names, count_prose

ROOT = Path(__file__).parents[1]
TERMS: dict[str, Any] = tomllib.loads((ROOT / "tests" / "terms.toml").read_text(encoding="utf-8"))
KOREAN = ("README.ko.md", "docs/**/*.ko.md", "docs/*.ko.md", "tracer", "tests/ci/reference")
"""The texts of the project in Korean, alone or beside English."""


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


@pytest.mark.parametrize("term", TERMS)
def test_korean_texts_use_one_term(term: str) -> None:
    listed = subprocess.run(["git", "ls-files", "-z", *KOREAN], cwd=ROOT, capture_output=True, check=True)
    paths = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    refused = re.compile("|".join(TERMS[term]["refused"]))
    texts = {path.relative_to(ROOT): path.read_text("utf-8", "replace") for path in paths if path.is_file()}
    assert any(TERMS[term]["korean"] in text for text in texts.values())
    wrong = [f"{path}: {match[0]}" for path, text in texts.items() for match in refused.finditer(text)]
    assert wrong == []


@pytest.mark.parametrize("term", TERMS)
@pytest.mark.parametrize("example", ["요청·응답 6쌍, {count}쌍", "메시지 12개"])
def test_the_terms_pass_and_others_do_not(term: str, example: str) -> None:
    refused = "|".join(TERMS[term]["refused"])
    assert not re.search(refused, example)
    assert not re.search(refused, TERMS[term]["example"])
    for wrong in (f"{TERMS[term]['korean']} 6건", f"{TERMS[term]['korean']} {{count}}건"):
        assert re.search(refused, wrong)
