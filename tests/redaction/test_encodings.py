"""The views in which secrets are searched for."""

from __future__ import annotations

from hypothesis import assume, example, given
from hypothesis import strategies as st

from tracer.redaction import encodings
from tracer.redaction.encodings import views


@given(st.text("ab \t|\r\n\u00a0\x0b", max_size=20))
@example("a\n  b")
@example("a|\n")
@example("a\n\nb")
def test_what_breaks_a_line_is_found_in_the_quick_way_too(text: str) -> None:
    assume(not any(end in text for end in encodings._LEFT_OUT))
    spans = [
        [match.span() for match in way.finditer(text)] for way in (encodings._WRAP, encodings._WRAP_AT_END)
    ]
    assert spans[0] == spans[1]


@given(st.text("ab \t|\r\n", max_size=12), st.sampled_from(["\n", " \n", "|\n| ", "\r\n", "\n    "]))
def test_a_word_that_a_line_break_tears_is_whole_in_a_view(around: str, torn: str) -> None:
    text = f"{around}x-se{torn}cret-x{around}"
    assert any("x-secret-x" in view.text for view in views(text, quotes=False, spaces=False))


def test_the_line_breaks_of_a_document_join_nothing_but_those_in_its_strings_do() -> None:
    laid_out = '[\n  "x-se",\n  "cret-x",\n  "x-se\\ncret-x"\n]'

    def joined(*, document: bool) -> list[str]:
        return [view.text for view in views(laid_out, quotes=False, spaces=False, document=document)]

    assert any('"x-se","cret-x"' in text for text in joined(document=False))
    assert joined(document=True)[0].count("\n") > laid_out.count("\n")
    assert any("x-secret-x" in text for text in joined(document=True))
    assert laid_out.replace("\n  ", "").replace("\n]", "]") not in joined(document=True)
