"""Values as YAML text, whole and in pieces."""

from __future__ import annotations

import io
import string
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tracer.formats.yaml_text import Flow, dump, dump_pieces, is_text, load

if TYPE_CHECKING:
    from collections.abc import Iterator

TEXTS = (
    st.text(
        st.sampled_from(" \n:#-'\"<>/_.~=+abz019yesnoNULLtrue{}[],&*?|@%!`\\\té한\x85\u2028😀"), max_size=12
    )
    | st.text(st.sampled_from(string.printable), max_size=150)
    | st.from_regex(r"[A-Za-z0-9/<][ -~\n]*", fullmatch=True)
    | st.sampled_from(
        ["yes", "null", "~", "1.5", "1e3", "0x1f", "12:30:45", "2001-01-01", "<<", "=", "a: b", "---"]
    )
)
VALUES = (
    TEXTS
    | st.lists(TEXTS, max_size=3)
    | st.lists(st.integers(), max_size=3).map(Flow)
    | st.integers()
    | st.floats()
    | st.booleans()
    | st.none()
    | st.dictionaries(TEXTS, TEXTS, max_size=2)
)
ITEMS = st.dictionaries(TEXTS, VALUES, max_size=4)
# PyYAML puts times into quotes: no word begins with a digit.
WORDS = TEXTS.filter(lambda text: text.isprintable() and not text[:1].isdigit())
NUMBERS = st.integers() | st.floats() | st.booleans() | st.none()


@settings(max_examples=500)
@given(ITEMS)
@example({"a": "x\n\n"})
@example({"a": "x \ny"})
@example({"a": "x\ny "})
@example({"a": " x\ny"})
@example({"a": {"b": "x\n\ny\n"}, "c": ["'", "*/*", ""]})
@example({"a" * 128: 1.0, "b" * 129: -1})
@example({"a": float("nan")})
def test_a_value_is_read_as_it_was_written(item: dict[str, Any]) -> None:
    # `repr`, as NaN is not equal to itself.
    assert repr(load(dump([item]), "x")) == repr([_plain(item)])


@given(st.dictionaries(WORDS, WORDS | NUMBERS | st.lists(WORDS) | st.dictionaries(WORDS, WORDS), max_size=4))
def test_words_and_numbers_have_the_layout_of_pyyaml(item: dict[str, Any]) -> None:
    assert dump(item) == yaml.dump(
        item,
        Dumper=yaml.CSafeDumper,
        sort_keys=False,
        allow_unicode=True,
        width=2**30,
        default_flow_style=False,
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"a": "x\ny\n"}, "a: |\n  x\n  y\n"),
        ({"a": "x\n\ny"}, "a: |-\n  x\n\n  y\n"),
        ({"a": "x\n\n"}, "a: |+\n  x\n\n...\n"),
        ({"a": " x\ny"}, "a: |2-\n   x\n  y\n"),
        ({"a": "x \ny"}, 'a: "x \\ny"\n'),
        ({"a": "x\ty\n"}, 'a: "x\\ty\\n"\n'),
        ({"a": "12:30:45", "b": "2001-01-01", "c": "yes"}, "a: '12:30:45'\nb: 2001-01-01\nc: 'yes'\n"),
        ({"a": ["x\n", "y"], "b": [], "c": {}}, "a:\n- |\n  x\n- y\nb: []\nc: {}\n"),
        ([{"a": Flow([7, 8]), "b": Flow({"c": "d"})}], "- a: [7, 8]\n  b: {c: d}\n"),
        ({"a": None, "b": True, "c": 0.5, "d": 1e300}, "a: null\nb: true\nc: 0.5\nd: 1.0e+300\n"),
    ],
)  # fmt: skip
def test_the_layout(value: object, text: str) -> None:
    assert dump(value) == text


@settings(max_examples=300)
@given(ITEMS, st.lists(ITEMS, max_size=4), ITEMS, st.integers(1, 40))
@example({}, [{"a": "\n"}, {"a": "b"}], {}, 1)
@example({"a": "\n"}, [{"a": "b\nc"}], {}, 1)
@example({"a": "\n"}, [{"a": "b"}], {"c": "d\ne"}, 1)
@example({"a": "\n"}, [], {"c": "d"}, 1)
@example({}, [{"a": "b" * 20_000, "c": "d" * 20_000 + "\n" * 20_000 + "e"}], {}, 1)
def test_pieces_are_whole_lines_of_the_document(
    head: dict[str, Any], items: list[dict[str, Any]], tail: dict[str, Any], times: int
) -> None:
    items = items * times
    pieces = list(dump_pieces({**head, "items": iter(items), **tail}))
    assert "".join(pieces) == dump({**head, "items": items, **tail})
    assert all(piece.endswith("\n") for piece in pieces)


def test_an_item_is_taken_when_those_before_it_are_written() -> None:
    taken = 0

    def items() -> Iterator[dict[str, str]]:
        nonlocal taken
        for number in range(1_000):
            taken = number
            yield {"text": f"{number:01000}"}

    written = 0
    for piece in dump_pieces({"items": items()}):
        written += piece.count("\n") - piece.startswith("items:")
        assert taken - written < 40
    assert written == 1_000


def test_a_closed_writer_takes_no_further_item() -> None:
    items = iter([{"text": "x" * 20_000}] * 10)
    pieces = dump_pieces({"items": items})
    next(pieces)
    pieces.close()  # type: ignore[attr-defined]
    assert len(list(items)) > 5


@given(TEXTS)
def test_a_text_without_quotes_is_a_text_or_not(text: str) -> None:
    written = dump([text])
    if written == f"- {text}\n":
        assert is_text(text)
    assert load(io.StringIO(written), "x") == [text]
    assert is_text("plain")
    assert not is_text("1.5")


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    return value.value if isinstance(value, Flow) else value
