"""Whether the cloud or the client has changed, as crossed recordings tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from msgspec.structs import replace

from tests.rendering.changes.runs import answering, run
from tests.strategies import recordings
from tracer.comparison import NOTHING, compare
from tracer.comparison.crossings import attributed
from tracer.comparison.folders import compare_files, pair
from tracer.recording import save

if TYPE_CHECKING:
    from pathlib import Path

    from tracer.comparison import Comparison, Difference
    from tracer.model import Recording


def _run(cloud: str = "old", client: str = "old", stdout: str = "") -> Recording:
    """The cloud answers with ``cloud``, and the client asks with ``client``."""
    return run(answering(f"/{client}", 0, body=f'{{"made": "{cloud}"}}'), stdout=stdout)


def _due_to(folder: Path, before: Recording, after: Recording, **crossed: Recording) -> dict[str, str]:
    save(before, folder / "zed" / "show.yaml")
    save(after, folder / "2026.2" / "show.yaml")
    if "client" in crossed:
        save(crossed["client"], folder / "zed" / "client-2026.2" / "show.yaml")
    if "cloud" in crossed:
        save(crossed["cloud"], folder / "2026.2" / "client-zed" / "show.yaml")
    (couple,) = pair([folder / "zed"], [folder / "2026.2"]).couples
    comparison = compare_files(couple).comparison
    return {each.place: each.due_to for each in comparison.differences}


MADE = "GET /old → 200 · body.made"


def test_what_changes_with_the_cloud_alone_is_due_to_the_cloud(tmp_path: Path) -> None:
    found = _due_to(tmp_path, _run(), _run("new"), client=_run(), cloud=_run("new"))
    assert found == {MADE: "cloud"}


def test_what_changes_with_the_client_alone_is_due_to_the_client(tmp_path: Path) -> None:
    found = _due_to(tmp_path, _run(), _run(client="new"), client=_run(client="new"), cloud=_run())
    assert set(found.values()) == {"client"}


def test_each_difference_has_its_own_cause(tmp_path: Path) -> None:
    before, after = _run(stdout="a"), _run("new", stdout="b")
    found = _due_to(tmp_path, before, after, client=_run(stdout="b"), cloud=_run("new", stdout="a"))
    assert found == {MADE: "cloud", "output.stdout[line 1]": "client"}


def test_what_either_changes_or_only_both_together_is_due_to_both(tmp_path: Path) -> None:
    assert _due_to(tmp_path, _run(), _run("new"), client=_run("new"), cloud=_run("new")) == {MADE: "both"}
    assert _due_to(tmp_path / "a", _run(), _run("new"), client=_run(), cloud=_run()) == {MADE: "both"}


def test_another_value_at_the_same_place_counts_if_nothing_else_is_known(tmp_path: Path) -> None:
    found = _due_to(tmp_path, _run(), _run("new"), client=_run(), cloud=_run("newer"))
    assert found == {MADE: "cloud"}


def test_without_both_crossings_nobody_knows(tmp_path: Path) -> None:
    assert _due_to(tmp_path, _run(), _run("new")) == {MADE: "unknown"}
    assert _due_to(tmp_path, _run(), _run("new"), client=_run()) == {MADE: "unknown"}


def test_a_request_that_tracer_sends_is_the_same_for_both_clouds(tmp_path: Path) -> None:
    before, after = (replace(_run(cloud), command="GET /old") for cloud in ("old", "new"))
    assert _due_to(tmp_path, before, after) == {MADE: "cloud"}


def test_header_fields_of_a_request_that_tracer_sends_are_those_of_a_client(tmp_path: Path) -> None:
    exchange = answering("/a", 0)
    before, after = (
        replace(
            run(replace(exchange, request=replace(exchange.request, headers={"Accept-Encoding": coding}))),
            command="GET /a",
        )
        for coding in ("gzip", "gzip, zstd")
    )
    assert _due_to(tmp_path, before, after) == {"GET /a · headers.Accept-Encoding": "client"}


def test_a_volatile_value_has_its_own_cause_in_a_strict_comparison(tmp_path: Path) -> None:
    old, new = (_run(f"2026-11-2{day}T12:00:00Z") for day in (3, 4))
    assert _due_to(tmp_path, old, new, client=old, cloud=new) == {}
    (couple,) = pair([tmp_path / "zed"], [tmp_path / "2026.2"]).couples
    (found,) = compare_files(couple, strict=True).comparison.differences
    assert (found.place, found.due_to) == (MADE, "cloud")


def test_a_folder_that_is_not_called_after_a_release_crosses_nothing(tmp_path: Path) -> None:
    for folder, cloud in (("a", "old"), ("a/client-b", "old"), ("b", "new"), ("b/client-a", "new")):
        save(_run(cloud), tmp_path / folder / "show.yaml")
    (couple, *_) = pair([tmp_path / "a"], [tmp_path / "b"]).couples
    assert [each.due_to for each in compare_files(couple).comparison.differences] == ["unknown"]


@given(recordings, recordings)
def test_a_change_of_one_side_is_never_due_to_the_other(before: Recording, after: Recording) -> None:
    comparison = compare(before, after)

    def causes(attributed_: Comparison) -> set[str]:
        found: list[Difference] = [*attributed_.differences, *attributed_.folded]
        return {each.due_to for each in found}

    assert causes(attributed(comparison, before, after, before, NOTHING)) <= {"client"}
    assert causes(attributed(comparison, before, before, after, NOTHING)) <= {"cloud"}
