from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.capture.flows import flow, trace
from tests.runs.test_run_writer import taken
from tracer.runs.run_writer import RunWriter
from tracer.runs.settings import Settings


def test_names_are_of_the_command_where_no_sequence_is(tmp_path: Path) -> None:
    writer = RunWriter(Settings(folder=tmp_path, release="zed"), ("openstack", "flavor", "list", "--long"))
    writer.take(taken(path="/compute/v2.1/flavors"))
    assert writer.finish().path == tmp_path / "zed" / "flavor-list.yaml"
    assert list(trace([flow()], tmp_path / "other")) == ["run"]


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("openstack flavor show hunter", "flavor-show"),
        ("openstack ec2 credentials list", "ec2-credentials-list"),
        ("openstack thing show hunter", "run"),
        ("openstack hunter", "run"),
        ("openstack --os-cloud hunter", "openstack"),
        ("python many.py hunter", "many"),
        ("python -c hunter", "python"),
        ("sh -c hunter", "sh"),
        ("./wrapper.sh hunter", "wrapper"),
        ("curl http://cloud.test/hunter", "curl"),
    ],
)
def test_an_argument_is_no_part_of_a_name(tmp_path: Path, command: str, name: str) -> None:
    writer = RunWriter(Settings(folder=tmp_path), command.split())
    writer.take(taken(path="/compute/v2.1/flavors"))
    assert writer.finish().path == tmp_path / f"{name}.yaml"


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("curl/8.5.0", "curl"),
        ("Mozilla/5.0 (X11) Gecko/20100101 Firefox/128.0", "firefox"),
        ("gophercloud/v1.14.1", "gophercloud"),
        ("openstacksdk/4.4.0 keystoneauth1/5.10.0", "openstacksdk"),
        ("../etc/passwd", "run"),
        ("", "run"),
    ],
)
def test_an_unknown_command_is_named_after_its_program(tmp_path: Path, agent: str, name: str) -> None:
    stored = trace([flow(path="/compute/v2.1/flavors", headers={"User-Agent": agent})], tmp_path)
    assert list(stored) == [name]


@given(st.sets(st.integers(1, 40)))
def test_a_name_is_free_and_follows_one_that_is_taken(taken: set[int]) -> None:
    with TemporaryDirectory() as folder:
        for number in taken:
            (Path(folder) / ("run.yaml" if number == 1 else f"run-{number}.yaml")).touch()
        name = finished(Path(folder))
    number = int(name.removesuffix(".yaml").partition("-")[2] or 1)
    assert number not in taken
    assert number == 1 or number - 1 in taken
    if taken == set(range(1, len(taken) + 1)):
        assert number == len(taken) + 1


def test_a_name_after_thousands_is_found_with_a_few_looks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = 0

    def lexists(path: Path) -> bool:
        nonlocal looks
        looks += 1
        return int(path.stem.partition("-")[2] or 1) <= 9_999

    monkeypatch.setattr("tracer.runs.recording_names.os.path.lexists", lexists)
    assert finished(tmp_path) == "run-10000.yaml"
    assert looks < 40


def test_a_link_that_leads_nowhere_has_its_name(tmp_path: Path) -> None:
    (tmp_path / "run.yaml").symlink_to("nowhere")
    assert finished(tmp_path) == "run-2.yaml"


def finished(folder: Path) -> str:
    """Return the name of a new recording in ``folder``."""
    writer = RunWriter(Settings(folder=folder))
    writer.take(taken())
    return writer.finish().path.name
