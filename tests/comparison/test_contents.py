"""Contents, with their sizes, digests, and the writing of JSON."""

from __future__ import annotations

import msgspec
import pytest

from tests.comparison.differing import A, B, kinds, lines
from tests.comparison.runs import exchange, run
from tracer.comparison import compare
from tracer.model import Body, Exchange, Recording, Response


def test_a_size_is_told_only_where_the_content_does_not_tell() -> None:
    first, second = '{"a": "x"}', '{"a": "xyz"}'
    explained = compare(
        run(exchange(text=first, headers={"Content-Length": str(len(first))})),
        run(exchange(text=second, headers={"Content-Length": str(len(second))})),
    )
    assert [place.rpartition("· ")[2] for _, _, place in lines(explained)] == ["body.a"]
    wrong = compare(
        run(exchange(text=first, headers={"Content-Length": str(len(first))})),
        run(exchange(text=second, headers={"Content-Length": "99"})),
    )
    assert [place.rpartition("· ")[2] for _, _, place in lines(wrong)] == ["headers.Content-Length", "body.a"]
    larger = compare(run(exchange(text=first)), run(exchange(text=second, size=99)))
    assert [place.rpartition("· ")[2] for _, _, place in lines(larger)] == ["content.size", "body.a"]


@pytest.mark.parametrize(
    ("before", "after", "sizes", "part"),
    [
        # The content is the same but for white space, which the recorder decides on.
        ('{"p": "<password-1>"}', '{ "p": "<password-1>" }', (21, 99), "content.size"),
        # The IDs are of one length. The secret is the same.
        (
            f'{{"p": "<password-1>", "id": "{A}"}}',
            f'{{"p": "<password-1>", "id": "{B}"}}',
            (66, 99),
            "content.size",
        ),
        ('{"p": "<password-1>"}', '{"p": "<password-2>"}', (21, 99), None),
        # The numbers of a generated key have some digits more or less.
        (f'{{"p": "<key-1>", "id": "{A}"}}', f'{{"p": "<key-1>", "id": "{B}"}}', (2304, 2300), None),
        (
            f'{{"p": "<key-1>", "id": "{A}"}}',
            f'{{"p": "<key-1>", "id": "{B}"}}',
            (2304, 2200),
            "content.size",
        ),
        ('{"p": "<password-1>", "a": "x"}', '{"p": "<password-1>", "a": "xyz"}', (31, 99), "body.a"),
    ],
)
def test_a_size_is_tolerated_only_where_the_content_differs(
    before: str, after: str, sizes: tuple[int, int], part: str | None
) -> None:
    first, second = (
        run(exchange(text=text, size=size)) for text, size in zip((before, after), sizes, strict=True)
    )
    found = [difference.place.rpartition("· ")[2] for difference in compare(first, second).differences]
    assert found == ([part] if part else [])


def test_the_size_of_a_coded_content_follows_from_its_differences() -> None:
    def coded(value: str, size: int) -> Recording:
        body = Body(type="application/json", encoding="gzip", size=size, json=f'{{"id": "{value}"}}')
        return run(msgspec.structs.replace(exchange(), response=Response(status=200, body=body)))

    assert lines(compare(coded(A, 60), coded(B, 57))) == []
    assert len(lines(compare(coded(A, 60), coded(B, 900)))) == 1


def test_contents_that_were_not_kept_are_told_by_their_digest() -> None:
    def streamed(digest: str) -> Exchange:
        body = Body(size=9, omitted="streamed", sha256=digest * 64)
        return msgspec.structs.replace(exchange(), response=Response(status=200, body=body))

    assert kinds(streamed("0"), streamed("1")) == ["changed"]
    assert kinds(streamed("0"), streamed("0")) == []


def test_json_that_is_written_otherwise_is_told() -> None:
    written = [exchange(text=f'{{"a": {value}}}', size=9) for value in ("1.0", "1.00", '1.0, "a": 1.0')]
    assert kinds(written[0], written[1]) == ["changed"]
    assert kinds(written[0], written[2]) == ["added"]


@pytest.mark.parametrize(
    ("before", "after", "part"),
    [
        ('"a": 1', '"a": 1, "a": 1', 'body["a (2)"]'),
        ('"a": 1', '"a": 1, "a": 2', 'body["a (2)"]'),
        ('"in": {"a": 1}', '"in": {"a": 1, "a": 1}', 'body.in["a (2)"]'),
        ('"n": 1.0', '"n": 1.00', "body.n"),
        ('"n": 1e2', '"n": 100.0', "body.n"),
        (r'"n": "\u00e9"', '"n": "é"', "body"),
        ('"n": "a/b"', '"n": "a\\/b"', "body"),
    ],
)
@pytest.mark.parametrize("further", [A, B])
def test_json_that_is_written_otherwise_is_told_whatever_else_differs(
    before: str, after: str, part: str, further: str
) -> None:
    first, second = (
        exchange(text=f'{{"id": "{id_}", {text}}}', size=9) for id_, text in ((A, before), (further, after))
    )
    (difference,) = compare(run(first), run(second)).differences
    assert difference.place.rpartition("· ")[2] == part


def test_white_space_in_json_is_counted() -> None:
    found = compare(run(exchange(text='{"a":1}', size=7)), run(exchange(text='{"a": 1}', size=7)))
    assert found.differences == []
    assert [difference.reasons for difference in found.suppressed] == [("layout",)]


def test_deep_documents_are_compared_all_the_same() -> None:
    deep, other = "[" * 5000 + "]" * 5000, "[" * 5000 + "1" + "]" * 5000
    assert kinds(exchange(text=deep, size=9), exchange(text=other, size=9)) == ["changed"]
