"""Problems of a matrix: data with a location, which another machine can send."""

from __future__ import annotations

from concurrent.futures import CancelledError
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.matrix.made import suite
from tracer.cloud.services import ProcessFault
from tracer.errors import CloudError, CommandError, InputError, LeakError, LostError, OutputError
from tracer.findings import Leak
from tracer.matrix import Unit
from tracer.matrix.problems import Complaint, Problem, UnitError, problem_of

if TYPE_CHECKING:
    from tracer.errors import TracerError

LEAK = LeakError("zed/a.yaml", (Leak("token", 3, 7),))


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        (
            CommandError("failed: no such image", "openstack image show x"),
            Problem(kind="command", reason="failed: no such image", command="openstack image show x"),
        ),
        (CloudError("no space", Path("/l")), Problem(kind="cloud", reason="no space", log="/l")),
        (CloudError("no space"), Problem(kind="cloud", reason="no space")),
        (
            InputError("zed images", "expected 1, got 2", "format"),
            Problem(kind="file", reason="expected 1, got 2", file="zed images", location="format"),
        ),
        (LEAK, Problem(kind="secret", reason="token at 3:7", file="zed/a.yaml")),
        (OutputError("a.yaml", "no space"), Problem(kind="output", reason="cannot write a.yaml: no space")),
        (LostError("it was killed"), Problem(kind="lost", reason="it was killed")),
        (UnitError(Problem(kind="cloud", reason="no space")), Problem(kind="cloud", reason="no space")),
    ],
)
def test_an_error_becomes_data_with_its_location_and_keeps_its_text(
    error: TracerError, problem: Problem
) -> None:
    assert problem_of(error) == problem
    assert str(problem) == str(error)
    assert msgspec.json.decode(msgspec.json.encode(problem), type=Problem) == problem


def test_an_error_of_a_library_has_its_type() -> None:
    assert problem_of(RuntimeError("a b")) == Problem(kind="internal", reason="RuntimeError: a b")
    assert problem_of(CancelledError()).kind == "lost"


def test_a_complaint_names_unit_command_round_and_stage(tmp_path: Path) -> None:
    unit = Unit(release="zed", client="2026.2", suite=suite(tmp_path))
    problem = Problem(kind="lost", reason="it was killed", stage="clean-up", tries=3)
    assert str(Complaint(unit, problem, "images", again=True)) == (
        "zed (client 2026.2) images again: clean-up: it was killed; given up after 3 tries"
    )
    assert str(Complaint(unit, Problem(kind="lost", reason="it was killed"), is_retried=True)) == (
        "zed (client 2026.2) mine: it was killed; trying again"
    )


def test_the_tracer_of_a_cloud_is_named_in_its_fault() -> None:
    assert str(ProcessFault("tracer", "not-running", Path("/l"))) == "its tracer is not running (log: /l)"
    assert str(ProcessFault("glance", "no-response", Path("/l"))) == "glance does not answer (log: /l)"
