"""Finding many words together finds what the expression finds that begins with them."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tracer.redaction import beginnings, load_policy
from tracer.redaction.beginnings import Beginnings

PATTERNS = [pattern for pattern in load_policy().patterns._patterns if pattern.beginnings]
WORDS = sorted({word for pattern in PATTERNS for word in pattern.words})
BETWEEN = st.text(st.sampled_from(" \n:='\"\\?&;#%3dfu0026x-_.<>/é\ud800"), max_size=6)
TEXTS = st.lists(
    st.sampled_from(WORDS) | st.sampled_from(["x-", "my_", "-meta-", "OS_PASSWORD", "abc", "token"]) | BETWEEN
).map("".join)


@pytest.fixture(autouse=True)
def _short_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beginnings, "_PIECE", 7)


def test_most_of_the_policy_is_found_so() -> None:
    assert {pattern.name for pattern in PATTERNS} >= {"credentials line", "cookie line", "query parameter"}


@given(TEXTS)
@example("password='x1'")
@example('"adminpass": "secret words", "password": "x"')
@example("?token=abc&password=x%26code%3dy")
def test_what_the_expressions_of_the_policy_find(text: str) -> None:
    for pattern in PATTERNS:
        assert pattern.beginnings is not None
        found = [match.span() for match in pattern.beginnings.finditer(pattern.regex, text)]
        assert found == [match.span() for match in pattern.regex.finditer(text)], pattern.name


@given(st.lists(st.text("ab", max_size=4)), st.text("ab\ud800", max_size=40))
def test_words_within_words_and_none_at_all(words: list[str], text: str) -> None:
    regex = re.compile(f"(?:{'|'.join(words)})" if words else "(?!)")
    found = [match.span() for match in Beginnings(words).finditer(regex, text)]
    assert found == [match.span() for match in regex.finditer(text)]
