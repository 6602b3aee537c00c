"""The quick look before the thorough one: it may say yes too often, never no."""

from __future__ import annotations

import json
from unittest.mock import patch

from hypothesis import example, given
from hypothesis import strategies as st

import tracer.redaction.words
from tracer import jsontext
from tracer.redaction import load_policy
from tracer.redaction.paths import Machine
from tracer.redaction.words import SHORTEST, Words

_LETTERS = st.text("abA-\u017f\ud800", max_size=6)
_SECRET_KEYS = st.sampled_from(
    ["password", "adminPass", "db_secret", "locations", "user_data", "configdrive"]
)
_TRICKY_KEYS = st.sampled_from(
    ["pa\u017f\u017fword", "Locat\u0131ons", "\u212aey", "connection_info", "LOCATION"]
)
_OTHER_KEYS = st.sampled_from(["url", "auth", "token", "id", "name", "links", "x"])
_KEYS = _SECRET_KEYS | _TRICKY_KEYS | _OTHER_KEYS
_DOCUMENTS = st.recursive(
    st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=3),
    max_leaves=12,
)


@given(st.lists(_LETTERS, max_size=5), _LETTERS.map(str.lower))
@example(["token"], "x-auth-token\ud800")
@example(["ab"], "ab")
@example([], "")
def test_a_word_that_stands_there_is_seen(words: list[str], text: str) -> None:
    low = [word.lower() for word in words]
    if any(word in text for word in low):
        assert Words(low).may_stand_in(text)


@given(
    st.lists(st.text("abé", min_size=SHORTEST, max_size=6), max_size=3),
    st.text("abé", max_size=20),
    st.integers(1, 7),
    st.integers(1, 7),
)
@example(["abab"], "bbabab", 3, 3)
def test_a_word_is_seen_wherever_a_long_text_is_cut(
    words: list[str], text: str, first: int, piece: int
) -> None:
    with patch.multiple(tracer.redaction.words, _FIRST=first, _PIECE=piece):
        assert Words(words).may_stand_in(text) == any(word in text for word in words)


def test_a_text_without_any_is_seen_too() -> None:
    words = Words(["token", "x-auth-token", "secret"])
    assert not words.may_stand_in('{"name": "cirros"}' * 1000)
    assert words.may_stand_in('{"name": "cirros"}' * 1000 + "token")


@given(_DOCUMENTS, st.booleans())
def test_a_document_with_a_rule_in_it_is_not_silent(document: object, ascii_only: bool) -> None:
    root = load_policy().fields("/v3/any")
    text = json.dumps(document, ensure_ascii=ascii_only)
    if _has_rule(document, root):
        assert not root.is_silent(text)


_SAID = st.sampled_from(["-----BEGIN ", "token", '"token"', "eyJ", "--pass", "http://x", " ", "name"])
_TALK = st.recursive(
    st.lists(_SAID, max_size=2).map("".join) | st.none() | st.integers(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(_KEYS | _SAID, inner, max_size=2),
    max_leaves=6,
)


@given(_TALK, st.sampled_from([None, 0, 3]), st.sampled_from([":", " :\n"]), st.booleans())
@example({"name": "cirros"}, None, ":", True)
def test_a_mute_document_holds_no_word_in_any_layout(
    document: object, indent: int | None, colon: str, ascii_only: bool
) -> None:
    policy = load_policy()
    text = json.dumps(document, indent=indent, separators=(",", colon), ensure_ascii=ascii_only)
    if policy.fields("/v3/any").is_mute(text):
        laid_out = jsontext.rewrite(text).lower()
        assert not [word for word in policy.patterns.words if word in laid_out]


def test_a_word_with_punctuation_in_it_is_looked_for_by_a_piece_of_it() -> None:
    machine = Machine[str]([], ["x, y-name: 1", "-----begin "])
    assert machine.is_mute('{"name":  1}')
    assert not machine.is_mute('["y-name"  :1]')
    assert not machine.is_mute('["-----BEGIN"]')


def test_an_escaped_name_is_not_overlooked() -> None:
    root = load_policy().fields("/v3/any")
    assert root.is_silent('{"name": "\\uac00"}')
    assert not root.is_silent('{"pass\\u0077ord": "x"}')
    assert not root.is_mute('{"pass\\u0077ord": "x"}')
    assert not root.is_silent('{"x": "{\\"pass\\\\u0077ord\\": 1}"}')


def _has_rule(value: object, node: object) -> bool:
    if isinstance(value, dict):
        return any(_has_rule(inner, node[key]) for key, inner in value.items())  # type: ignore[index]
    if isinstance(value, list):
        return any(_has_rule(inner, node[place]) for place, inner in enumerate(value))  # type: ignore[index]
    return node.rule is not None  # type: ignore[attr-defined]
