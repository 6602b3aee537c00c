"""Differences of labels, times, and notes: suppressed, and counted."""

from __future__ import annotations

from typing import Any

import msgspec

from tests.comparison.runs import exchange, run
from tracer.comparison import compare
from tracer.model import Span, free_note


def test_labels_times_and_notes_are_counted_and_not_reported() -> None:
    first = run(exchange(), client="curl/8", notes=[free_note("a")], recorded="2026-11-23T12:00:00Z")
    labelled = msgspec.structs.replace(exchange(started=3.0), steps=[1, 2], verdict="documented")
    second = run(
        labelled, client="curl/9", notes=[free_note("b")], recorded="2026-11-24T12:00:00Z", verdict="conforms"
    )
    found = compare(first, second)
    assert found.differences == []
    request = "GET /image/v2/images/{image_id}"
    assert {(one.place, one.reasons) for one in found.suppressed} == {
        ("client", ("record",)),
        ("notes", ("record",)),
        ("verdict", ("record",)),
        ("recorded", ("time",)),
        (f"{request} · label.steps", ("record",)),
        (f"{request} · label.verdict", ("record",)),
        (f"{request} · started", ("time",)),
        (f"{request} · ended", ("time",)),
    }


def test_a_strict_comparison_reports_them_as_cosmetic() -> None:
    labels: dict[str, Any] = {"steps": [1, 2], "verdict": "documented", "operation": "image.show-image"}
    work = Span(id="1", kind="db", name="a", started=0.0)
    labelled = msgspec.structs.replace(exchange(started=3.0), cause="req-1", spans=[work], **labels)
    about: dict[str, Any] = {
        "client": "curl/9", "client_versions": {"a": "1"}, "sequence": "a", "verdict": "conforms",
        "missing": [1], "participants": {"client": "a"}, "role": "reader", "suite": "image", "fails": True,
        "notes": [free_note("b")], "redacted": {"token": 1}, "recorded": "2026-11-24T12:00:00Z",
    }  # fmt: skip
    found = compare(run(exchange()), run(labelled, **about), strict=True).differences
    assert len(found) == len(about) + len(labels) + len(("cause", "spans", "started", "ended"))
    assert {(each.severity, each.why) for each in found} == {("cosmetic", "record")}


def test_a_command_line_of_one_side_only_is_a_difference() -> None:
    first, second = run(exchange(), command=None), run(exchange())
    (difference,) = compare(first, second).differences
    assert (difference.kind, difference.place) == ("added", "command")
