"""Two runs in one diagram: what came, went, changed and moved, and in which order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rendering.changes.runs import answering, compared, hostile, run
from tests.rendering.reading import read
from tracer.rendering.changes.diagrams import SideNames, flow_changes, merged, side_by_side
from tracer.rendering.picture import render
from tracer.rendering.style import Style

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from tracer.model import Recording

NAMES = SideNames("zed", "2026.2")


def _row(paths: str, **bodies: str) -> Recording:
    return run(*(answering(f"/{one}", at, body=bodies.get(one)) for at, one in enumerate(paths)))


def _drawn(before: Recording, after: Recording, language: str = "en") -> str:
    (text,) = merged(compared(before, after), NAMES, Style(language=language))
    return text


@pytest.mark.parametrize(("language", "response"), [("en", "Response"), ("ko", "응답")], ids=["en", "ko"])
def test_what_came_went_and_changed_is_marked_in_colour_and_in_words(
    language: str, response: str, snapshot: SnapshotAssertion
) -> None:
    text = _drawn(_row("abc", b='{"x": 1}'), _row("bcd", b='{"x": 2}'), language)
    assert read(text).drawn == [
        (None, "− GET /a"),
        (None, f"− {response}: 200 OK"),
        (1, "GET /b"),
        (2, f"~ {response}: 200 OK"),
        (3, "GET /c"),
        (4, f"{response}: 200 OK"),
        (5, "+ GET /d"),
        (6, f"+ {response}: 200 OK"),
    ]
    assert text == snapshot


def test_another_status_is_told_with_both() -> None:
    text = _drawn(run(answering("/a", 0)), run(answering("/a", 0, status=415, reason="Unsupported")))
    assert "~ Response: 200 OK → 415 Unsupported" in text


def test_without_a_difference_nothing_is_marked(snapshot: SnapshotAssertion) -> None:
    made = compared(_row("ab"), _row("ab"))
    assert not flow_changes(made)
    (text,) = merged(made, NAMES, Style())
    assert text == snapshot


def test_a_message_that_moved_stands_once_in_one_and_at_both_places_beside() -> None:
    # "b" is not among what stayed in order, and asks the same.
    made = compared(_row("bacd"), _row("acdb"))
    assert flow_changes(made)
    (text,) = merged(made, NAMES, Style())
    assert [said for _, said in read(text).drawn if "/b" in said] == ["↕ GET /b"]
    (beside,) = side_by_side(made, NAMES, Style())
    assert [said for _, said in read(beside).drawn if "/b" in said] == ["↕ GET /b"] * 2


def test_side_by_side_has_each_run_whole_with_its_own_numbers(snapshot: SnapshotAssertion) -> None:
    (text,) = side_by_side(compared(_row("abc"), _row("bcd")), NAMES, Style())
    assert text == snapshot
    drawn = read(text).drawn
    assert [said for number, said in drawn if number == 1] == ["− GET /a", "GET /b"]
    assert len(drawn) == 12
    render(text, "svg")


def test_two_sides_of_one_name_have_a_box_each() -> None:
    (text,) = side_by_side(compared(_row("a"), _row("a")), SideNames("x", "x"), Style())
    assert "box transparent x (2)" in text


@pytest.mark.parametrize("language", ["en", "ko"])
def test_what_is_the_same_for_long_is_hidden(language: str, snapshot: SnapshotAssertion) -> None:
    before = run(*(answering(f"/{number}", 2 * number) for number in range(200)))
    after = run(*before.exchanges[:100], answering("/new", 199), *before.exchanges[100:])
    (text,) = merged(compared(before, after), NAMES, Style(language=language))
    assert text == snapshot
    assert len(read(text).drawn) == 2 * (2 + 1 + 2)


def test_a_response_that_did_not_come_is_said_in_korean() -> None:
    failed = msgspec.structs.replace(answering("/b", 1), response=None, error="gone")
    both = compared(_row("a"), run(*_row("a").exchanges, failed))
    (beside,) = side_by_side(both, NAMES, Style(language="ko"))
    (together,) = merged(both, NAMES, Style(language="ko"))
    assert "+ 응답 없음: gone" in beside
    assert "+ 응답 없음: gone" in together


@pytest.mark.parametrize("make", [merged, side_by_side])
def test_hostile_texts_stay_texts_in_the_real_engine(make: object) -> None:
    (text,) = make(compared(*hostile()), SideNames("<b>\n", "`x`;end"), Style())  # type: ignore[operator]
    svg = render(text, "svg").decode()
    assert "<script" not in svg
    assert "onerror=alert(1)>" not in svg
    assert "\x1b" not in text
    assert "\u202e" not in text


PATHS = st.text("abcde", max_size=8)
TIMES = st.lists(st.tuples(st.floats(0, 5), st.floats(0, 5)), min_size=8, max_size=8)


@settings(max_examples=150, deadline=None)
@given(before=PATHS, after=PATHS, times=TIMES, others=TIMES)
def test_every_message_of_both_runs_is_drawn_whatever_their_times(
    before: str, after: str, times: list[tuple[float, float]], others: list[tuple[float, float]]
) -> None:
    def made(paths: str, when: list[tuple[float, float]]) -> Recording:
        exchanges = [
            msgspec.structs.replace(answering(f"/{one}", 0), started=start, ended=start + took)
            for one, (start, took) in zip(paths, when, strict=False)
        ]
        return run(*sorted(exchanges, key=lambda one: one.started))

    both = compared(made(before, times), made(after, others))
    states = [pair.state for pair in both.comparison.pairs]
    beside = side_by_side(both, NAMES, Style())
    assert sum(text.count(">>after") + text.count(">>before") for text in beside) == 2 * len(before + after)
    arrows = sum(len(read(text).drawn) for text in merged(both, NAMES, Style()))
    covered = sum("loop" in text for text in merged(both, NAMES, Style()))
    assert covered or arrows == 2 * (len(after) + states.count("removed"))


def _failing(reason: str) -> Recording:
    recording = _row("a")
    (exchange,) = recording.exchanges
    return msgspec.structs.replace(
        recording, exchanges=[msgspec.structs.replace(exchange, response=None, error=reason)]
    )


@pytest.mark.parametrize(
    ("language", "lost", "came"),
    [
        ("en", "No response: refused (Response: 200 OK)", "Response: 200 OK (No response: refused)"),
        ("ko", "응답 없음: refused (응답: 200 OK)", "응답: 200 OK (응답 없음: refused)"),
    ],
)
def test_a_response_of_one_run_alone_is_told_in_the_language_of_the_diagram(
    language: str, lost: str, came: str
) -> None:
    assert f"~ {lost}" in _drawn(_row("a"), _failing("refused"), language)
    assert f"~ {came}" in _drawn(_failing("refused"), _row("a"), language)


def test_both_reasons_for_a_missing_response_are_drawn_whole() -> None:
    text = _drawn(_failing("connection refused"), _failing("timed out"))
    assert "No response: connection refused → timed out" in text
