"""The comparison of two commits: what it reports, and what a listed intention covers."""

from __future__ import annotations

import io
import re
import tarfile
from pathlib import Path

import pytest
from mitmproxy import http
from mitmproxy.io import FlowReader

from tests.golden.comparison import Intention, compare, load_intentions
from tests.golden.inputs import extract_samples, write_canaries, write_recordings, write_samples
from tests.golden.outputs import commands
from tests.shipped import release_of, sample_recordings, unpack

ROOT = Path(__file__).parents[2]


@pytest.fixture
def sides(tmp_path: Path) -> tuple[Path, Path]:
    """Two equal folders of outputs."""
    for side in ("old", "new"):
        folder = tmp_path / "golden-outputs" / side
        (folder / "check").mkdir(parents=True)
        (folder / "check" / "a.out").write_text(f"conforms\nwritten to {folder}/x.html\n")
        (folder / "check" / "a.exit").write_text("0\n")
    return tmp_path / "golden-outputs" / "old", tmp_path / "golden-outputs" / "new"


def test_equal_outputs_differ_in_nothing_but_their_folder(sides: tuple[Path, Path]) -> None:
    assert list(compare(*sides)) == []


def test_a_changed_a_missing_and_a_new_output_are_differences(sides: tuple[Path, Path]) -> None:
    old, new = sides
    (new / "check" / "a.out").write_text("deviates\n")
    (new / "check" / "a.exit").unlink()
    (new / "b.out").write_text("")
    names = {difference.name: difference.lines for difference in compare(old, new)}
    assert set(names) == {"check/a.out", "check/a.exit", "b.out"}
    assert "-conforms" in names["check/a.out"]
    assert "+deviates" in names["check/a.out"]


def test_an_intention_covers_only_its_outputs_and_only_its_lines(sides: tuple[Path, Path]) -> None:
    old, new = sides
    (new / "check" / "a.out").write_text("conforms\nand more\n")
    (difference,) = compare(old, new)
    whole = Intention("check/*", re.compile(r"and more|written to"), "says more")
    assert whole.covers(difference)
    assert not whole._replace(outputs="show/*").covers(difference)
    assert not whole._replace(lines=re.compile(r"and more")).covers(difference)


def test_the_list_of_intentions_is_readable() -> None:
    assert all(item.reason for item in load_intentions(Path(__file__).with_name("intended.toml")))


def test_each_recording_is_a_connection_of_its_own(tmp_path: Path) -> None:
    recordings = [ROOT / "recordings/zed/image-show.yaml", ROOT / "recordings/zed/image-create.yaml"]
    exchanges = write_recordings(tmp_path / "recordings.mitm", recordings)
    with (tmp_path / "recordings.mitm").open("rb") as file:
        stored = list(FlowReader(file).stream())
    assert len(stored) == exchanges
    assert {flow.client_conn.id for flow in stored} == {"client-0", "client-1"}
    assert write_canaries(tmp_path / "canaries.mitm") > 60


def test_each_published_sample_is_an_answer(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "x-1.0.tar.gz", "w:gz") as archive:
        for name, text in (("api-ref/source/a.json", b'{"a": 1}'), ("setup.json", b"{}")):
            member = tarfile.TarInfo(f"x-1.0/{name}")
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text))
    extract_samples(tmp_path, tmp_path / "samples")
    assert write_samples(tmp_path / "samples.mitm", tmp_path / "samples") == 1
    with (tmp_path / "samples.mitm").open("rb") as file:
        (flow,) = FlowReader(file).stream()
    assert isinstance(flow, http.HTTPFlow)
    assert flow.request.path == "/source/a.json"
    assert flow.response is not None
    assert flow.response.content == b'{"a": 1}'


def test_each_shipped_recording_has_outputs(tmp_path: Path) -> None:
    names = [name for name, _ in commands(unpack(tmp_path / "recordings"))]
    assert len(names) == len(set(names))
    for path in sample_recordings():
        assert f"check/{release_of(path)}-{path.stem}" in names
