"""What many recordings share, or one says again and again, is told once."""

from __future__ import annotations

import json
import time

from hypothesis import given
from hypothesis import strategies as st

from tests.rendering.changes.runs import answering, run, step_of
from tracer.comparison import Difference, Suppressed
from tracer.comparison.grouping import lines, sections


def _difference(place: str, after: str = "x", severity: str = "additive") -> Difference:
    return Difference(place=place, side="response", kind="added", severity=severity, after=after)  # type: ignore[arg-type]


ROWS = st.lists(
    st.lists(
        st.builds(
            _difference,
            st.sampled_from(["GET /a → 200 · body.x", "GET /a (2) → 200 · body.x", "GET /b", "output.exit"]),
            st.sampled_from(["1", "2"]),
            st.sampled_from(["breaking", "breaking-api", "additive", "cosmetic"]),
        ),
        max_size=6,
    ),
    max_size=6,
).map(lambda rows: [(f"r{number}", row) for number, row in enumerate(rows)])


@given(ROWS)
def test_nothing_is_lost_and_nothing_is_said_twice(rows: list[tuple[str, list[Difference]]]) -> None:
    def name(one: Difference) -> tuple[object, ...]:
        return one.place.replace(" (2)", ""), one.severity, one.after

    grouped = sections(rows)
    said = [(name(line.difference), section.recordings) for section in grouped for line in section.lines]
    assert len({what for what, _ in said}) == len(said)
    assert {(what, recording) for what, recordings in said for recording in recordings} == {
        (name(one), recording) for recording, row in rows for one in row
    }
    counts = [len(section.recordings) for section in grouped]
    assert counts == sorted(counts, reverse=True)
    order = ["breaking", "breaking-api", "additive", "cosmetic"]
    for section in grouped:
        severities = [order.index(line.difference.severity) for line in section.lines]
        assert severities == sorted(severities)


def test_values_that_differ_in_ids_only_are_one_difference_and_this_is_told() -> None:
    ids = ["8a8b1021c212e4e28b6e7e1331429cde", "7a8b1021c212e4e28b6e7e1331429cde"]
    (section,) = sections(
        [(f"r{number}", [_difference("GET /a", f'{{"id": "{one}"}}')]) for number, one in enumerate(ids)]
    )
    assert section.recordings == ("r0", "r1")
    (line,) = section.lines
    assert line.varies
    assert (
        len(sections([("r0", [_difference("GET /a", "one")]), ("r1", [_difference("GET /a", "two")])])) == 2
    )


def test_repetitions_in_a_run_are_counted() -> None:
    before = run(*(answering("/poll", at, body='{"a": 1}') for at in range(5)))
    after = run(*(answering("/poll", at, body='{"a": 1, "b": 2}') for at in range(5)))
    (line,) = lines(sections([("show", step_of({"show": (before, after)}).recordings[0].differences)]))
    assert (line.place, line.times) == ("GET /poll → 200 · body.b", 5)


def test_what_is_suppressed_is_grouped_by_place_and_reasons() -> None:
    rows = [
        (name, [Suppressed(place="GET /a", kind="changed", reasons=("uuid",), before=name, after="x")])
        for name in ("one", "two")
    ]
    assert [section.recordings for section in sections(rows)] == [("one", "two")]


def test_grouping_is_linear() -> None:
    def seconds(count: int) -> float:
        rows = [("r", [_difference(f"GET /{number} → 200 · body.x") for number in range(count)])]
        started = time.process_time()
        sections(rows)
        return time.process_time() - started

    few, many = min(seconds(4_000) for _ in range(3)), min(seconds(40_000) for _ in range(3))
    assert many < 40 * few


def test_json_of_a_report_has_all_of_it() -> None:
    import msgspec

    step = step_of(
        {"show": (run(answering("/a", 0)), run(answering("/a", 0, status=404)))}, ["gone"], ["new"]
    )
    tree = json.loads(msgspec.json.encode(step))
    (row,) = tree["recordings"]
    assert [(one["kind"], one["place"]) for one in row["differences"]] == [("status", "GET /a → 200")]
    assert (tree["only_before"], tree["only_after"]) == (["gone"], ["new"])
    assert tree["severities"] == {"breaking": 1, "breaking-api": 0, "additive": 0, "cosmetic": 0}
