"""Which recordings are held against each other, and what second ones tell of what is volatile."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.rendering.changes.runs import answering, run
from tests.sequences.runs import by_id
from tracer.comparison.folders import compare_files, pair
from tracer.errors import InputError
from tracer.recording import below, save
from tracer.sequences import find, label

if TYPE_CHECKING:
    from pathlib import Path

    from tracer.model import Recording


def _put(folder: Path, **runs: Recording) -> Path:
    for name, one in runs.items():
        save(one, folder / f"{name.replace('_', '-')}.yaml")
    return folder


def _run(value: int, text: str = "x") -> Recording:
    return run(answering("/a", 0, body=f'{{"load": {value}, "name": "{text}"}}'))


def test_folders_are_paired_by_path_and_second_recordings_are_nobody_s_partner(tmp_path: Path) -> None:
    before = _put(tmp_path / "a", show=_run(1), gone=_run(1))
    after = _put(tmp_path / "b", show=_run(1), came=_run(1))
    for folder in (before, after):
        _put(folder / "again", show=_run(2), only_again=_run(2))
        _put(folder / "client-zed", show=_run(1))
        _put(folder / "client-zed" / "again", show=_run(2))
    made = pair([before], [after])
    assert [couple.name for couple in made.couples] == ["show"]
    assert (made.only_before, made.only_after) == (["gone"], ["came"])
    direct = pair([before / "client-zed"], [after / "client-zed"])
    assert [couple.name for couple in direct.couples] == ["show"]
    assert [couple.name for couple in pair([before], [before / "again"]).couples] == ["show"]
    assert len(below([before])) == 6
    assert [path.name for path in below([before], again=False)] == ["gone.yaml", "show.yaml", "show.yaml"]


def test_only_recordings_with_the_client_of_a_release_give_way(tmp_path: Path) -> None:
    for side in ("a", "b"):
        _put(tmp_path / side, show=_run(1), sub=_run(1))
        _put(tmp_path / side / "client-mine", show=_run(1))
        _put(tmp_path / side / "sub", client_zed=_run(1))
    made = pair([tmp_path / "a"], [tmp_path / "b"])
    assert [couple.name for couple in made.couples] == ["show", "sub", "client-mine/show", "sub/client-zed"]


@pytest.mark.parametrize("side", ["a", "b"])
def test_what_differs_between_two_recordings_of_a_release_is_volatile(tmp_path: Path, side: str) -> None:
    _put(tmp_path / "a", show=_run(1))
    _put(tmp_path / "b", show=_run(7, "y"))
    (couple,) = pair([tmp_path / "a"], [tmp_path / "b"]).couples
    places = ["GET /a → 200 · body.load", "GET /a → 200 · body.name"]
    assert [one.place for one in compare_files(couple).comparison.differences] == places
    _put(tmp_path / side / "again", show=_run(3, "x" if side == "a" else "y"))
    # A value that varied before says nothing about a third value.
    assert [one.place for one in compare_files(couple).comparison.differences] == places
    _put(tmp_path / side / "again", show=_run(7, "x") if side == "a" else _run(1, "y"))
    left = compare_files(couple).comparison
    assert [one.place for one in left.differences] == places[1:]
    assert [one.place for one in left.suppressed if one.reasons == ("learned",)] == places[:1]
    strict = compare_files(couple, strict=True).comparison
    assert [one.place for one in strict.differences] == places
    assert strict.suppressed == []


def test_with_a_sequence_the_labels_in_the_files_do_not_count(tmp_path: Path) -> None:
    """Exchanges are paired by their path templates, which are labels."""
    sequence = find("image-show")
    for release, path in (("a", "/image/v2/old"), ("b", "/image/v2/images/{image_id}")):
        labelled = label(run(*by_id()), sequence)
        stale = [msgspec.structs.replace(one, path=path) for one in labelled.exchanges]
        for folder in (tmp_path / release, tmp_path / release / "again"):
            _put(folder, show=msgspec.structs.replace(labelled, exchanges=stale))
    (couple,) = pair([tmp_path / "a"], [tmp_path / "b"]).couples
    assert compare_files(couple).comparison.differences != []
    assert compare_files(couple, sequence=sequence).comparison.differences == []


def test_sides_that_cannot_be_paired_are_named(tmp_path: Path) -> None:
    before = _put(tmp_path / "a", show=_run(1))
    after = _put(tmp_path / "b", list=_run(1))
    with pytest.raises(InputError, match="no recording in it is called as one in"):
        pair([before], [after])
    with pytest.raises(InputError, match=r"is a folder, and .*list\.yaml is a recording"):
        pair([before], [after / "list.yaml"])
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="no recording in this folder"):
        pair([before], [tmp_path / "empty"])
    (couple,) = pair([before / "show.yaml"], [after / "list.yaml"]).couples
    assert couple.name == "show → list"
