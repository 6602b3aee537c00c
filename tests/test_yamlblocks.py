"""What is laid out here is what libyaml lays out, to the byte."""

from __future__ import annotations

import string
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tracer import yamlblocks, yamltext
from tracer.recording import below, load
from tracer.yamltext import Flow

SHIPPED = Path(__file__).parents[1] / "recordings"

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


@settings(max_examples=500)
@given(ITEMS)
@example({"a": "x\n\n"})
@example({"a": "x \ny"})
@example({"a": "x\ny "})
@example({"a": " x\ny"})
@example({"a": {"b": "x\n\ny\n"}, "c": ["'", "*/*", ""]})
@example({"a" * 128: 1.0, "b" * 129: -1})
def test_an_item_is_what_libyaml_makes_of_it(item: dict[str, Any]) -> None:
    assert yamlblocks.item(item) == yamltext.dump([item])


@settings(max_examples=300)
@given(ITEMS, st.lists(ITEMS, max_size=4), ITEMS)
@example({}, [{"a": "\n"}, {"a": "b"}], {})
@example({"a": "\n"}, [{"a": "b\nc"}], {})
@example({"a": "\n"}, [{"a": "b"}], {"c": "d\ne"})
@example({"a": "\n"}, [{"a": "b"}], {"c": "d"})
def test_a_document_is_what_libyaml_makes_of_it(
    head: dict[str, Any], items: list[dict[str, Any]], tail: dict[str, Any]
) -> None:
    key = "items"
    for taken in (head, tail):
        taken.pop(key, None)
    for name in head:
        tail.pop(name, None)
    pieces = list(yamlblocks.document(head, key, iter(items), tail))
    assert "".join(pieces) == yamltext.dump({**head, key: items, **tail})
    assert all(piece.endswith("\n") for piece in pieces)


def test_no_exchange_that_ships_is_left_to_libyaml(monkeypatch: pytest.MonkeyPatch) -> None:
    # Else saving takes three times as long.
    def left(_: object) -> str:
        raise AssertionError

    monkeypatch.setattr(yamltext, "dump", left)
    for path in below([SHIPPED]):
        for exchange in load(path).exchanges:
            tree = msgspec.to_builtins(exchange)
            tree["steps"] = Flow(tree.get("steps", []))
            assert yamlblocks.item(tree)
