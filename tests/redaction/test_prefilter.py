"""The prefilter may say yes too often. It never says no to a text in which a search finds something."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.redaction.test_beginnings import TEXTS
from tracer.redaction import Redactor, load_policy, scan
from tracer.redaction.prefilter import Prefilter
from tracer.redaction.word_search import lower_case

if TYPE_CHECKING:
    from pathlib import Path

POLICY = load_policy()
_LETTERS = st.text("abA-\u017f\ud800\u0130", max_size=6)
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
_NAMES = st.sampled_from(["pass", "word", "Pass", "db_", "_key", "-key", "pin", "kind: Secret", "data"])
_ESCAPED = st.sampled_from(
    [
        *("p\\u0061ss", "p\\x61ss", "pa\\ss", "pass\\\nword", "pass\\\\u0077ord", "\\npass"),
        *("p%61ss", "p%2561ss", "api%2Dkey", "api%5Fkey", "p&#97;ss", "api&lowbar;key", "&amp;#112;ass"),
        *("pa\u017fs", "\u212aey", "\ud800"),
    ]
)
_SIGNS = st.sampled_from([*" \n:='\"\\?&;{}[],<>/-@|#%", "\n  ", ": ", "\\n", '\\"', "%3D", "&quot;"])
_VALUES = st.sampled_from(["x1y2z3w4", "http://", "u:p@h", "eyJ", "gAAAA", "true", "value", "name", "---"])
_MARKS = st.sampled_from(
    ["hidden", "NoEcho", "parameters", '"op": "add", "path": "/', '"replace": "/', "type", "default"]
)
_PIECES = st.lists(_NAMES | _ESCAPED | _SIGNS | _VALUES | _MARKS, max_size=12).map("".join)


@given(st.lists(st.text("abA-é ", max_size=6), max_size=5), _LETTERS)
@example(["token"], "x-auth-token\ud800")
@example(["x-auth-token", "token", "auth"], "X-Auth-Token")
@example(["ab"], "AB")
@example(["", "ab"], "ab")
@example([], "")
def test_the_words_that_stand_in_a_text(words: list[str], text: str) -> None:
    low = {word.lower() for word in words}
    prefilter = Prefilter(low)
    shown = {word for word in low if word and word in lower_case(text)}
    assert prefilter.words_in(text) == shown
    if shown or "" in low:
        assert prefilter.may_hold_secret(text)


@given(st.text("aA\u0130\u0131\u017f\u212aé\ud800", max_size=8))
def test_a_character_in_lower_case_stands_where_it_was(text: str) -> None:
    low = lower_case(text)
    assert len(low) == len(text)
    assert all(new in (old, old.lower()) for old, new in zip(text, low, strict=True))


def test_a_word_is_seen_at_the_end_of_a_long_text() -> None:
    prefilter = Prefilter(["token", "x-auth-token", "secret"])
    assert not prefilter.may_hold_secret('{"name": "cirros"}' * 10_000)
    assert prefilter.may_hold_secret('{"name": "cirros"}' * 10_000 + "token")


@given(_DOCUMENTS, st.booleans(), st.sampled_from(["/v3/any", "/v2/images/1/locations", "/v1/secrets/1"]))
def test_a_document_with_a_rule_in_it_may_hold_a_secret(
    document: object, ascii_only: bool, path: str
) -> None:
    text = json.dumps(document, ensure_ascii=ascii_only)
    if _has_rule(document, POLICY.fields(path)):
        assert POLICY.prefilter.may_hold_secret(text)


@given(_PIECES | TEXTS)
@example('"[{\\"op\\": \\"add\\", \\"path\\": \\"/pass\\word\\", \\"value\\": \\"x1\\"}]"')
@example("api%2Dkey%3Dx1y2z3w4")
@example("api&lowbar;key=x1y2z3w4")
@example("parameters: {pin: {default: x1y2z3w4, hidden: true}}")
@example("trust+http://x1y2z3w4:delete@host")
@example("IDENTIFIED BY 'x1y2'")
def test_no_search_finds_anything_in_a_text_that_holds_none(text: str) -> None:
    pairs, looks = POLICY.pairs.find(text), list(POLICY.patterns.matches(text))
    if pairs or looks or POLICY.pairs.find(text, document=True):
        assert POLICY.prefilter.may_hold_secret(text)


@given(_PIECES | TEXTS)
@example("?xtoken=abc&password=x%26code%3dy")
@example("/os-oauth1/x/v3/OS-OAUTH1/access_tokens/x1y2z3w4")
@example("https://hooks.slack.com/services/T0000000/B0000000/abcdefgh")
def test_an_expression_matches_only_a_text_that_holds_one_of_its_words(text: str) -> None:
    words = POLICY.prefilter.words_in(text)
    for pattern in POLICY.patterns._patterns:
        if any(pattern.matches(text, lower_case(text))) or any(pattern.broken(text)):
            assert not pattern.words or pattern.words & words, pattern.name


@pytest.mark.parametrize(
    "text",
    [
        '{"pass\\u0077ord": "x"}',
        '{"x": "{\\"pass\\\\u0077ord\\": 1}"}',
        "p%61ssword=x",
        "p%252561ssword=x",
        "p&#97;ssword=x",
        '"pass\\\nword: x"',
        "pa\u017f\u017fword",
        "hidden: true",
        "NoEcho: true",
    ],
)
def test_an_escaped_name_is_not_overlooked(text: str) -> None:
    assert POLICY.prefilter.may_hold_secret(text)


@pytest.mark.parametrize(
    "text",
    ['{"name": "\\uac00"}', '["a\\n\\"b\\/d\\\\"]', "100% of 5% a&b;", '{"os_hidden": false}', "", "{}"],
)
def test_what_spells_no_word_holds_no_secret(text: str) -> None:
    assert not POLICY.prefilter.may_hold_secret(text)


def test_a_word_with_punctuation_is_one_word() -> None:
    prefilter = Prefilter(["x, y-name: 1", "-----begin "])
    assert not prefilter.may_hold_secret('{"name":  1}')
    assert prefilter.may_hold_secret("x, Y-Name: 1")
    assert prefilter.may_hold_secret('["-----BEGIN A"]')


def test_a_pattern_of_a_user_without_hints_is_tried_on_every_text(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text('format = 1\n[[patterns]]\nname = "own"\nkind = "own"\npattern = "QQ[0-9]{8}"\n')
    policy = load_policy(file)
    assert policy.prefilter.may_hold_secret("")
    assert [finding.rule for finding in scan("a QQ12345678", policy=policy)] == ["own"]
    assert Redactor(policy).text("a QQ12345678") == "a <own-1>"


@pytest.mark.parametrize("word", ["q", "qz"])
def test_a_rule_of_a_user_with_a_short_name_is_followed(tmp_path: Path, word: str) -> None:
    file = tmp_path / "own.toml"
    file.write_text(f'format = 1\n[[fields]]\nkind = "own"\npaths = ["{word}"]\n')
    policy = load_policy(file)
    assert Redactor(policy).text(f'{{"{word}": "x1y2z3w4"}}') == f'{{"{word}": "<own-1>"}}'
    assert not policy.prefilter.may_hold_secret('{"a": 1}')


def _has_rule(value: object, node: object) -> bool:
    if isinstance(value, dict):
        return any(_has_rule(inner, node[key]) for key, inner in value.items())  # type: ignore[index]
    if isinstance(value, list):
        return any(_has_rule(inner, node[place]) for place, inner in enumerate(value))  # type: ignore[index]
    return node.rule is not None  # type: ignore[attr-defined]
