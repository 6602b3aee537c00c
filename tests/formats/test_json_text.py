import json
import time
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tracer.formats.json_text import Path, Scalars, dump, rewrite, rewrite_from, rewrite_torn, string

documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=30,
)


@given(documents, st.sampled_from([None, 0, 1, 4, "\t"]), st.booleans())
def test_the_value_stays_the_same(document: object, indent: int | str | None, ascii_only: bool) -> None:
    text = json.dumps(document, indent=indent, ensure_ascii=ascii_only)
    assert json.loads(rewrite(text)) == document
    assert rewrite(text) == json.dumps(document, indent=2, ensure_ascii=ascii_only)
    assert rewrite(text, indent=None) == json.dumps(document, ensure_ascii=ascii_only)
    assert rewrite(text, indent=4) == json.dumps(document, indent=4, ensure_ascii=ascii_only)


@given(documents)
def test_rewriting_twice_is_rewriting_once(document: object) -> None:
    once = rewrite(json.dumps(document))
    assert rewrite(once) == once
    assert rewrite(rewrite(once, indent=None)) == once
    assert rewrite_from(once, None, lambda _, __: None, None, verbatim=True) == once


@given(st.text() | st.text('{}[]",:0123456789.eE+-truefalsn \t\n\\u'))
def test_json_is_what_the_standard_library_takes(text: str) -> None:
    try:
        expected = json.loads(text)
    except ValueError:
        with pytest.raises(ValueError, match="not JSON: line"):
            rewrite(text)
    else:
        assert repr(json.loads(rewrite(text))) == repr(expected)


@pytest.mark.parametrize(
    "literal",
    [
        "1.0e5",
        "1E400",
        "-0",
        "0.10",
        "9" * 500,
        "NaN",
        "Infinity",
        "-Infinity",
        '"\\u00e9\\/\\ud800"',
        '"é\x7f"',
    ],
)
def test_literals_stay_as_they_were_sent(literal: str) -> None:
    assert rewrite(f'{{"a":{literal},"a" : [{literal}]}}') == (
        f'{{\n  "a": {literal},\n  "a": [\n    {literal}\n  ]\n}}'
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "{",
        "}",
        "[1,]",
        "[,1]",
        "[1 2]",
        '{"a"}',
        '{"a":}',
        '{"a":1,}',
        "{1:2}",
        "[1]]",
        "[}",
        "01",
        "1.",
        "+1",
        "'a'",
        '"a',
        '"\n"',
        '"\\x"',
        '"\\u12"',
        "nul",
        "[1] x",
        "[1}",
        '{"a":1]',
        "1,",
        ".5",
        "[1:2]",
    ],
)
def test_what_is_not_json(text: str) -> None:
    with pytest.raises(ValueError, match=r"^not JSON: line \d+, column \d+$"):
        rewrite(text)


def test_an_error_names_the_place_and_not_the_text() -> None:
    with pytest.raises(ValueError, match=r"line 3, column 9$"):
        rewrite('[\n  1,\n  "sec",ret\n]')


def test_empty_containers_stay_on_one_line() -> None:
    assert rewrite("[ {} , [\n] ]") == "[\n  {},\n  []\n]"
    assert rewrite(" { } ") == "{}"


def test_replace_is_asked_for_each_scalar_with_its_path() -> None:
    asked: list[tuple[Path, str]] = []

    def replace(path: Path, literal: str) -> str | None:
        asked.append((path, literal))
        return '"new"' if literal == "null" else None

    text = '{"a": [1, {"\\u0062": null, "a": [[], {}, true]}], "": "x"}'
    assert rewrite(text, replace, indent=None) == text.replace("null", '"new"')
    assert asked == [
        (("a", 0), "1"),
        (("a", 1, "b"), "null"),
        (("a", 1, "a", 2), "true"),
        (("",), '"x"'),
    ]


@given(documents)
def test_every_scalar_can_be_reached(document: object) -> None:
    def look(path: Path, literal: str) -> None:
        value = document
        for step in path:
            value = value[step]  # type: ignore[index]
        assert json.dumps(value) == literal

    rewrite(json.dumps(document), look)


def test_verbatim_keeps_the_white_space() -> None:
    text = ' {"a" :1 ,\n\n"b":[ 2,{"a": 3} ]}\t'

    def replace(_: None, literal: str) -> str | None:
        return "33" if literal == "3" else None

    new = rewrite_from(
        text, None, lambda _, __: None, replace, rename=lambda key: key.replace("a", "aa"), verbatim=True
    )
    assert new == ' {"aa" :1 ,\n\n"b":[ 2,{"aa": 33} ]}\t'


def test_deep_documents_take_linear_time_and_space() -> None:
    for deep in ("[" * 10_000 + "1" + "]" * 10_000, '{"a":' * 10_000 + '"x"' + "}" * 10_000):
        start = time.process_time()
        new = rewrite_from(deep, 0, lambda level, _: level + 1, lambda level, _: None)
        assert time.process_time() - start < 2
        assert len(new) < 2 * len(deep) + 20_000
        assert rewrite(new) == new
        assert rewrite(new, indent=None).replace(" ", "") == deep
    with pytest.raises(ValueError, match="not JSON"):
        rewrite("[" * 100_000)


def test_string() -> None:
    assert string('"a\\"\\u00e9"') == 'a"é'
    assert string('"plain"') == "plain"


def test_a_byte_order_mark_is_no_part_of_the_document() -> None:
    assert rewrite('\ufeff{"a":1}', indent=None) == '{"a": 1}'
    verbatim = rewrite_from('\ufeff{"a":1}', None, lambda _, __: None, lambda _, __: "2", verbatim=True)
    assert verbatim == '\ufeff{"a":2}'
    with pytest.raises(ValueError, match="not JSON"):
        rewrite("\ufeff\ufeff[]")


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ('{"a": {"b": [1, "x', [("a", "b", 0), ("a", "b", 1)]),
        ('{"a": 1}\n{"b": 2}', [("a",), ("b",)]),
        ("{'a': {'b': 1},, 'c': 'x'", [("a", "b"), ("c",)]),
        ('}]{a: "x\\', [("a",)]),
        ('"x', [()]),
    ],
)
def test_torn_json_is_followed_as_far_as_it_goes(text: str, seen: list[Path]) -> None:
    paths: list[Path] = []

    def replace(path: Path, literal: str) -> None:
        paths.append(path)

    def enter(path: Path, step: str | int) -> Path:
        return (*path, step)

    root: Path = ()
    assert rewrite_torn(text, root, enter, replace) == text
    assert paths == seen


@given(text=st.text("{}[],:\"'\\ a1\n"))
def test_torn_json_takes_any_text(text: str) -> None:
    assert rewrite_torn(text, None, lambda _, __: None, lambda _, __: None) == text


@given(documents, st.sampled_from([None, 0, 1]))
@example(float("-inf"), None)
def test_scalars_of_pieces_are_those_of_the_document(document: object, indent: int | None) -> None:
    text = json.dumps(document, indent=indent)
    seen: list[tuple[Path, str]] = []
    rewrite(text, lambda path, literal: seen.append((path, literal)))
    root: Path = ()
    scalars = Scalars(root, lambda path, step: (*path, step))
    fed = [scalar for piece in text.splitlines(keepends=True) for scalar in scalars.feed(piece)]
    assert [(scalar.state, scalar.literal) for scalar in fed] == seen


_PUNCTUATION = st.sampled_from(["{", "}", "[", "]", ",", ":", " ", "\n", "\t", "\x0b", "\ufeff", "\ud800"])
_STRINGS = st.sampled_from(
    ['"a"', '"\\u00e9\\n"', '"\x7f"', '"\x01"', '"\\x"', '"\ud800"', '"\\ud800"', '"é"']
)
_ATOMS = st.sampled_from(["0", "-0", "1e5", "01", "1.", "NaN", "true", "nul", "1" * 400, "1e999"])
_PIECES = _PUNCTUATION | _STRINGS | _ATOMS
_ALMOST_JSON = st.recursive(
    _PIECES,
    lambda inner: (
        st.lists(inner, max_size=4).map(lambda many: f"[{','.join(many)}]")
        | st.lists(inner, max_size=4).map(
            lambda many: "{" + ",".join('"k": ' + value for value in many) + "}"
        )
    ),
)


@given(st.lists(_PIECES, max_size=12).map("".join) | _ALMOST_JSON)
@example("[" * 65 + "]" * 65)
@example("[" * 64 + "1" + "]" * 64)
@example("[" * 65 + "1" + "]" * 65)
@example("[" * 2000 + "]" * 2000)
def test_the_quick_way_does_what_the_thorough_one_does(text: str) -> None:
    def outcome(rewritten: Callable[[], str]) -> str | None:
        try:
            return rewritten()
        except ValueError:
            return None

    assert outcome(lambda: rewrite(text)) == outcome(lambda: rewrite(text, lambda *_: None))


_HOSTILE = st.text(
    st.characters(categories=["Cc", "Cf", "Cs", "Zl", "Zp", "Co", "Cn"])
    | st.sampled_from('aé한\U0001f600"\\'),
    max_size=8,
)


@given(
    st.recursive(_HOSTILE | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(_HOSTILE, inner))
)
@example("\x9b31m\x85\x7f\u2028\u2029\u202e\u2066\u200b\ufeff\ud800\udc00\udfff\U000e0041")
@example({"\x9b31m": ["\x9d0;title\x9c"]})
def test_what_is_printed_cannot_command_a_terminal(value: object) -> None:
    text = dump(value)
    assert all(line.isprintable() for line in text.split("\n"))
    assert text.endswith("\n")
    text.encode()
    # Two surrogates one after the other are one character in JSON.
    assert json.loads(text) == json.loads(json.dumps(value))


def test_what_can_be_read_stays_readable() -> None:
    assert dump({"name": "한국어 é 😀", "n": [1, 2.5, None, True], "e": {}}) == (
        '{\n  "name": "한국어 é 😀",\n  "n": [\n    1,\n    2.5,\n    null,\n    true\n  ],\n  "e": {}\n}\n'
    )
