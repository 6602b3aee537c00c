"""What is to do, and what an earlier run has done."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
from msgspec.structs import replace

from tests.matrix.made import PROBLEM, SUITE, recording, suite
from tracer import archives
from tracer.errors import InputError
from tracer.matrix import MatrixPlan, Suite, Unit, done, make_plan
from tracer.matrix.units import ROUNDS, Round
from tracer.recording import save

if TYPE_CHECKING:
    from collections.abc import Sequence


def left(out: Path, *suites: Suite, releases: Sequence[str] = ("zed",), fresh: bool = False) -> list[Round]:
    plan = make_plan(out, releases, suites, fresh=fresh)
    return [number for unit in plan.todo for number in unit.rounds]


def do(out: Path, unit: Unit, number: Round) -> None:
    for command in unit.suite.commands:
        save(recording("conforms"), unit.path(out, command.name, number))
    done.note(out, unit, number, {})


@pytest.fixture
def unit(tmp_path: Path) -> Unit:
    return Unit(release="zed", client="zed", suite=suite(tmp_path))


@pytest.fixture
def out(tmp_path: Path, unit: Unit) -> Path:
    """Both rounds of ``unit`` are done here."""
    for number in ROUNDS:
        do(tmp_path / "out", unit, number)
    return tmp_path / "out"


def test_each_suite_on_each_release_with_its_own_client_or_each_of_those_named(unit: Unit) -> None:
    nowhere = Path("nowhere")
    own = make_plan(nowhere, ["zed", "2026.2"], [unit.suite])
    assert [(one.release, one.client) for one in own.units] == [("zed", "zed"), ("2026.2", "2026.2")]
    both = ["zed", "2026.2"]
    crossed = make_plan(nowhere, both, [unit.suite], {"zed": both, "2026.2": both})
    assert len(crossed.todo) == len({one.key for one in crossed.units}) == 4
    assert {one.rounds for one in crossed.todo} == {(1, 2)}


def test_another_client_records_the_commands_alone(tmp_path: Path) -> None:
    request = "{name: get, request: {service: image, method: GET, path: /}, status: 300}"
    mixed = suite(tmp_path, f"{SUITE}- {request}\n")
    plan = make_plan(tmp_path, ["zed"], [mixed], {"zed": ["zed", "2023.1"]})
    names = {one.client: [entry.name for entry in one.suite.entries] for one in plan.units}
    assert names == {"zed": ["images", "users", "get"], "2023.1": ["images", "users"]}
    requests = replace(mixed, commands=mixed.commands[2:])
    with pytest.raises(InputError, match="--clients: the suite has only requests"):
        make_plan(tmp_path, ["zed"], [requests], {"zed": ["2023.1"]})


def test_places(unit: Unit) -> None:
    out = Path("out")
    other = replace(unit, client="2026.2")
    assert [str(one.path(out, "a", number)) for one in (unit, other) for number in ROUNDS] == [
        "out/zed/a.yaml",
        "out/zed/again/a.yaml",
        "out/zed/client-2026.2/a.yaml",
        "out/zed/client-2026.2/again/a.yaml",
    ]


def test_what_is_done_is_not_done_again(out: Path, unit: Unit) -> None:
    assert left(out, unit.suite) == []
    assert left(out, unit.suite, fresh=True) == [1, 2]
    cells = make_plan(out, ["zed"], [unit.suite]).cells()
    assert [(cell.name, cell.verdict) for cell in cells] == [("images", "conforms"), ("users", "conforms")]


def test_only_the_round_that_lacks_something(out: Path, unit: Unit) -> None:
    unit.path(out, "users", 2).unlink()
    assert left(out, unit.suite) == [2]


def test_recordings_in_an_archive_are_done(out: Path, unit: Unit) -> None:
    folder = out / "zed"
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.yaml")}
    shutil.rmtree(folder)
    assert left(out, unit.suite) == [1, 2]
    archive = out / "zed.zip"
    archive.write_bytes(archives.pack(files))
    assert left(out, unit.suite) == []
    archive.write_bytes(
        archives.pack({name: text for name, text in files.items() if name != "again/users.yaml"})
    )
    assert left(out, unit.suite) == [2]
    do(out, unit, 2)
    assert left(out, unit.suite) == []
    archive.write_text("damaged")
    assert left(out, unit.suite) == [1]


def test_a_recording_that_cannot_be_read_or_was_interrupted_is_made_again(out: Path, unit: Unit) -> None:
    whole = unit.path(out, "users", 1).read_text()
    unit.path(out, "users", 1).write_text(whole[:-40])
    assert left(out, unit.suite) == [1]
    save(replace(recording("conforms"), interrupted="killed"), unit.path(out, "users", 1))
    assert left(out, unit.suite) == [1]


def test_a_round_that_was_begun_anew_is_not_done(out: Path, unit: Unit) -> None:
    done.forget(out, unit, 1)
    assert left(out, unit.suite) == [1]


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b'{"fingerprint": 1}', b"[" * 10_000])
def test_a_note_that_cannot_be_read_counts_for_nothing(out: Path, unit: Unit, content: bytes) -> None:
    for path in (out / ".matrix").iterdir():
        path.write_bytes(content)
    assert left(out, unit.suite) == [1, 2]


def test_another_content_of_the_suite_is_recorded_anew(out: Path, tmp_path: Path) -> None:
    assert left(out, suite(tmp_path, SUITE.replace("image list", "image list --long"))) == [1, 2]
    assert left(out, suite(tmp_path, f"# the same\n{SUITE}")) == []


def test_a_key_that_the_suite_does_not_use_does_not_count(unit: Unit) -> None:
    counted = msgspec.to_builtins(unit.suite)
    assert counted.keys() == {"name", "commands"}
    assert [command.keys() for command in counted["commands"]] == [{"name", "run"}] * 2


def test_other_versions_are_recorded_anew(out: Path, unit: Unit, monkeypatch: pytest.MonkeyPatch) -> None:
    from tracer.cloud.release_data import release

    versions = release("zed").services
    monkeypatch.setitem(versions, "glance", "25.0.1")
    assert left(out, unit.suite) == [1, 2]


def test_an_entry_that_is_not_available_is_done_without_a_recording(out: Path, unit: Unit) -> None:
    for number in ROUNDS:
        unit.path(out, "users", number).unlink()
        done.note(out, unit, number, {"users": "no role"})
    assert left(out, unit.suite) == []
    assert [
        (cell.name, cell.verdict, cell.unavailable) for cell in make_plan(out, ["zed"], [unit.suite]).cells()
    ] == [
        ("images", "conforms", ""),
        ("users", "unavailable", "no role"),
    ]


def test_a_cell_for_each_role(tmp_path: Path) -> None:
    roles = "roles: [admin, reader], fails: {reader: true}}"
    cells = make_plan(
        tmp_path, ["zed"], [suite(tmp_path, SUITE.replace("user list}", f"user list, {roles}"))]
    ).cells()
    assert [(cell.name, cell.role, cell.fails) for cell in cells] == [
        ("images", "admin", False),
        ("users", "admin", False),
        ("users-as-reader", "reader", True),
    ]


def test_a_problem_of_the_whole_unit_is_a_cell_of_its_own(unit: Unit) -> None:
    plan = MatrixPlan([unit])
    plan.problems[unit.key, 2] = {"": (PROBLEM,)}
    assert [(cell.name, cell.verdict) for cell in plan.cells()] == [
        ("images", "missing"),
        ("users", "missing"),
        ("(mine)", "failed"),
    ]
