"""A text in quotes is what libyaml writes, and what is found in it leads back to the text."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracer.formats import yaml_text
from tracer.redaction.quoting import quoted

_INDENT = re.compile("(?<=[\u2028\u2029])  ")
_TEXTS = st.lists(
    st.sampled_from(
        ["'", '"', "\\", "\n", " ", "a", ": ", "#", "\x85", "\u2028", "\0", "\x1b", "\t", "\U0001f600"]
    )
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=3),
    max_size=12,
).map("".join)


@given(_TEXTS)
def test_a_text_is_quoted_as_libyaml_does(text: str) -> None:
    written = yaml_text.dump({"key": text}).removeprefix("key: ").removesuffix("\n")
    form = quoted(text)
    if form is not None and form.text[0] == "'" and written[:1] != "'":
        assert written == text  # it stands without quotes, which hides nothing
    elif form is not None:
        assert form.text == _INDENT.sub("", written)
    else:
        assert written[:1] == "|" or "\n" in text or _INDENT.sub("", written.strip("'")) == text


@given(_TEXTS, st.data())
def test_a_piece_in_quotes_leads_back_to_the_text(text: str, data: st.DataObject) -> None:
    form = quoted(text)
    if form is None or not text:
        return
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    before, piece = quoted_content(text[:start], form.text[0]), quoted_content(text[start:end], form.text[0])
    assert form.span(1 + len(before), 1 + len(before) + len(piece)) == (start, end)
    assert form.span(0, len(form.text)) == (0, len(text))


def quoted_content(text: str, quote: str) -> str:
    """What stands between the quotes."""
    if quote == "'":
        return text.replace("'", "''")
    form = quoted(f"\0{text}")
    assert form is not None
    return form.text[3:-1]


@pytest.mark.parametrize("text", ["", "plain text", 'say "x"', "two\nlines of 'text'"])
def test_quotes_that_hide_nothing_are_not_looked_at(text: str) -> None:
    assert quoted(text) is None
