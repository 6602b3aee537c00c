"""What is written, what is told and what is tried again, whatever those say who record."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Self

import pytest
from msgspec.structs import replace

from tests.matrix.made import PROBLEM, recording, suite
from tracer.errors import CloudError, LostError
from tracer.matrix import MatrixOutput, MatrixPlan, drive, make_plan
from tracer.matrix.driver import TRIES
from tracer.matrix.recorder import Report
from tracer.matrix.units import CommandResult, Unit
from tracer.recording import dumps, load

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from tracer.matrix.problems import Complaint

Work = Callable[[Unit, Report], list[CommandResult]]
TEXT = dumps(recording("conforms"))


class Workers:
    """An executor's worker does what the test says."""

    def __init__(self, work: Work) -> None:
        self.executor: Executor = ThreadPoolExecutor(2)
        self.work = work
        self.rounds: list[tuple[int, ...]] = []

    def submit(self, unit: Unit, report: Report) -> Future[list[CommandResult]]:
        self.rounds.append(unit.rounds)
        return self.executor.submit(self.work, unit, report)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.executor.shutdown()


def everything(unit: Unit, *numbers: int) -> list[CommandResult]:
    return [
        CommandResult(name=command.name, number=number, recording=TEXT)
        for number in unit.rounds
        if number in (numbers or unit.rounds)
        for command in unit.suite.commands
    ]


def driven(folder: Path, work: Work) -> tuple[MatrixPlan, list[str], list[tuple[int, ...]]]:
    plan = make_plan(folder / "out", ["zed"], [suite(folder)])
    complaints: list[Complaint] = []
    with Workers(work) as pool:
        drive(plan, MatrixOutput(folder / "out"), pool, lambda _line: None, complaints.append)
    return plan, list(map(str, complaints)), pool.rounds


def signs(plan: MatrixPlan) -> list[tuple[str, str]]:
    return [(cell.name, cell.verdict) for cell in plan.cells()]


def test_what_is_told_twice_is_taken_once_and_done_for_the_next_run(tmp_path: Path) -> None:
    def work(unit: Unit, report: Report) -> list[CommandResult]:
        made = everything(unit)
        for one in made[:3]:
            report(one)
        return made

    plan, complaints, _ = driven(tmp_path, work)
    assert complaints == []
    assert signs(plan) == [("images", "conforms"), ("users", "conforms")]
    assert load(tmp_path / "out" / "zed" / "again" / "users.yaml") == recording("conforms")
    _, _, rounds = driven(tmp_path, work)
    assert rounds == []


def test_a_lost_unit_is_tried_again_without_what_was_finished(tmp_path: Path) -> None:
    def work(unit: Unit, report: Report) -> list[CommandResult]:
        if 1 in unit.rounds:
            for one in everything(unit, 1):
                report(one)
            raise LostError("it was killed")
        return everything(unit)

    plan, complaints, rounds = driven(tmp_path, work)
    assert rounds == [(1, 2), (2,)]
    assert complaints == ["zed mine: it was killed; trying again"]
    assert all(cell.good for cell in plan.cells())


def test_one_that_is_always_lost_is_given_up(tmp_path: Path) -> None:
    def work(unit: Unit, report: Report) -> list[CommandResult]:
        raise LostError("it was killed")

    plan, complaints, rounds = driven(tmp_path, work)
    assert len(rounds) == TRIES
    assert complaints[-1] == f"zed mine: it was killed; given up after {TRIES} tries"
    assert signs(plan) == [("images", "missing"), ("users", "missing"), ("(mine)", "failed")]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (CloudError("no space"), "zed mine: no space"),
        (
            ModuleNotFoundError("No module named 'tracer'"),
            "zed mine: a worker lacks this package in",
        ),
        (RuntimeError("a b"), "zed mine: RuntimeError: a b"),
    ],
)
def test_what_no_other_try_would_mend(tmp_path: Path, error: Exception, said: str) -> None:
    def work(unit: Unit, report: Report) -> list[CommandResult]:
        raise error

    plan, complaints, rounds = driven(tmp_path, work)
    assert rounds == [(1, 2)]
    assert len(complaints) == 1
    assert complaints[0].startswith(said)
    assert not any(cell.good for cell in plan.cells())


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": "../../outside"}, "its worker speaks of a command that it has not: '../../outside'"),
        ({"recording": "format: 3\n"}, "format: expected 1 or 2, got 3"),
        ({"recording": "[" * 5000}, "nested deeper than 100 levels"),
    ],
)
def test_what_a_worker_sends_is_not_trusted(tmp_path: Path, changes: dict[str, str], said: str) -> None:
    def work(unit: Unit, report: Report) -> list[CommandResult]:
        first, *rest = everything(unit)
        return [*rest, replace(first, **changes)]

    plan, complaints, _ = driven(tmp_path, work)
    assert said in complaints[0]
    assert not all(cell.good for cell in plan.cells())
    assert not (tmp_path / "outside.yaml").exists()
    assert not (tmp_path / "out" / "zed" / "images.yaml").exists()


def test_a_secret_that_a_worker_sends_is_not_written(tmp_path: Path) -> None:
    leaking = replace(recording("conforms"), client="gAAAAAB" + "mY0x_T3kenTh4tIsQuiteLong-" * 6)

    def work(unit: Unit, report: Report) -> list[CommandResult]:
        first, *rest = everything(unit)
        return [replace(first, recording=dumps(leaking)), *rest]

    _, complaints, _ = driven(tmp_path, work)
    assert "would hold a secret" in complaints[0]
    assert not (tmp_path / "out" / "zed" / "images.yaml").exists()


def test_what_failed_leaves_no_recording_of_an_earlier_run_and_is_done_again(tmp_path: Path) -> None:
    def fine(unit: Unit, report: Report) -> list[CommandResult]:
        return everything(unit)

    def failing(unit: Unit, report: Report) -> list[CommandResult]:
        first, *rest = everything(unit)
        first = replace(first, recording="", problems=(PROBLEM,))
        report(first)
        return [first, *rest]

    driven(tmp_path, fine)
    (tmp_path / "out" / "zed" / "users.yaml").unlink()
    plan, complaints, rounds = driven(tmp_path, failing)
    assert rounds == [(1,)]
    assert complaints == ["zed images: it failed"]
    assert signs(plan) == [("images", "failed"), ("users", "conforms")]
    assert not (tmp_path / "out" / "zed" / "images.yaml").exists()
    assert driven(tmp_path, fine)[2] == [(1,)]


def test_what_is_not_available_leaves_no_recording_of_an_earlier_run_and_is_done(tmp_path: Path) -> None:
    def work(unit: Unit, report: Report) -> list[CommandResult]:
        made = everything(unit)
        return [
            replace(one, recording="", unavailable="no role") if one.name == "users" else one for one in made
        ]

    driven(tmp_path, lambda unit, _report: everything(unit))
    (tmp_path / "out" / "zed" / "images.yaml").unlink()
    plan, complaints, rounds = driven(tmp_path, work)
    assert (complaints, rounds) == ([], [(1,)])
    assert signs(plan) == [("images", "conforms"), ("users", "unavailable")]
    assert not (tmp_path / "out" / "zed" / "users.yaml").exists()
    assert driven(tmp_path, work)[2] == []


def test_a_clean_up_that_fails_makes_its_round_undone(tmp_path: Path) -> None:
    def work(unit: Unit, report: Report) -> list[CommandResult]:
        return [
            *everything(unit, 1),
            CommandResult(name="", number=1, problems=(replace(PROBLEM, stage="clean-up"),)),
        ]

    plan, complaints, _ = driven(tmp_path, work)
    assert complaints == ["zed mine: clean-up: it failed"]
    assert [unit.rounds for unit in plan.todo] == [(1, 2)]
    assert driven(tmp_path, work)[2] == [(1, 2)]
