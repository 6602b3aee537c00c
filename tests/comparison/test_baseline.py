"""Differences that are known: written, read again, and complained of when they are gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.strategies import texts
from tracer.comparison.baseline import DifferenceKey, load_baseline, save_baseline
from tracer.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

KNOWN = st.builds(
    DifferenceKey,
    recording=texts,
    location=texts,
    kind=st.sampled_from(["added", "removed", "changed", "type", "moved", "status", "reordered"]),
    before=st.sampled_from(["", "zed"]),
    after=st.just(""),
)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    max_examples=60,
    deadline=None,
)
@given(known=st.lists(KNOWN, min_size=1, max_size=8))
def test_what_was_written_is_accepted_and_nothing_else(tmp_path: Path, known: list[DifferenceKey]) -> None:
    path = tmp_path / "b.yaml"
    path.unlink(missing_ok=True)
    save_baseline(path, known)
    baseline = load_baseline(path)
    assert set(baseline.stale()) == set(known)
    assert not baseline.accepts(known[0]._replace(recording=known[0].recording + "!", before=""))
    for one in known:
        assert baseline.accepts(one)
    assert baseline.stale() == []


def test_it_is_by_name_a_line_for_all_recordings_and_notes_stay(tmp_path: Path) -> None:
    path = tmp_path / "b.yaml"
    known = [DifferenceKey(name, "GET /a → 200 · body.x", "added", "", "") for name in ("list", "show")]
    assert save_baseline(path, known) == 1
    text = path.read_text()
    assert "recordings: [list, show]\n" in text
    path.write_text(f"{text}  note: a role is new\n")
    save_baseline(path, [*known, DifferenceKey("show", "output.exit", "changed", "zed", "2023.1")])
    text = path.read_text()
    assert "  note: a role is new\n" in text
    assert "  from: zed\n  to: '2023.1'\n" in text
    baseline = load_baseline(path)
    # What is known between two sides is not known between others.
    assert not baseline.accepts(DifferenceKey("show", "output.exit", "changed", "2023.1", "2023.2"))
    assert baseline.accepts(DifferenceKey("show", "GET /a → 200 · body.x", "added", "2023.1", "2023.2"))
    assert [one.recording for one in baseline.stale()] == ["list", "show"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: 1", "not a baseline: it has no 'accepted' key"),
        ("- 1", "not a baseline"),
        ("format: 2\naccepted: []", "format: invalid enum value 2"),
        ("format: 1\naccepted: [{place: x, kind: gone, recordings: [a]}]", r"accepted\[0\]\.kind: invalid"),
        ("format: 1\naccepted: [{place: x, kind: added, recordings: []}]", r"accepted\[0\]\.recordings"),
        ("format: 1\naccepted: [{place: x, kind: added, recordings: [a], why: b}]", "unknown field why"),
        ("{", "not YAML"),
    ],
)
def test_what_is_no_baseline_is_named_with_the_place(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "b.yaml"
    path.write_text(text)
    for use in (load_baseline, lambda one: save_baseline(one, [])):
        with pytest.raises(InputError, match=rf"b\.yaml: (.*)?{problem}"):
            use(path)
