"""What a cell comes to: what the suite expects against what the two recordings show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pytest
from msgspec.structs import replace

from tests.matrix.made import PROBLEM, recording
from tests.sequences import runs
from tracer.matrix import Cell

if TYPE_CHECKING:
    from tracer.matrix.cells import CellVerdict
    from tracer.model import Recording

FINE = recording("conforms")
REFUSED = recording("deviates", [runs.show(status=404)], code=1)
CRASHED = recording("deviates", [runs.show(status=500)], code=1)
UNANSWERED = recording("deviates", [runs.show(status=None)], code=1)


@pytest.mark.parametrize(
    ("first", "again", "fails", "verdict", "good"),
    [
        (FINE, FINE, False, "conforms", True),
        (recording(None), recording(None), False, "recorded", True),
        (recording("deviates"), FINE, False, "deviates", False),
        (FINE, recording("deviates"), False, "deviates", False),
        (recording("undetermined"), FINE, False, "undetermined", False),
        (FINE, recording("undetermined"), False, "undetermined", False),
        (recording("undetermined"), recording("deviates"), False, "deviates", False),
        (FINE, None, False, "missing", False),
        (None, None, False, "missing", False),
        (REFUSED, REFUSED, True, "refused", True),
        (REFUSED, REFUSED, "maybe", "refused", True),
        (FINE, FINE, "maybe", "conforms", True),
        (FINE, FINE, True, "accepted", False),
        (CRASHED, CRASHED, True, "failed", False),
        (UNANSWERED, UNANSWERED, "maybe", "failed", False),
        (REFUSED, FINE, "maybe", "failed", False),
    ],
)
def test_the_verdict(
    first: Recording | None,
    again: Recording | None,
    fails: bool | Literal["maybe"],
    verdict: CellVerdict,
    good: bool,
) -> None:
    cell = Cell("zed", "zed", "a", first, again, fails=fails)
    assert (cell.verdict, cell.good) == (verdict, good)
    assert bool(cell.complaint) == (not good and verdict not in {"deviates", "undetermined"})


def answered(status: int) -> Recording:
    return replace(recording(None, [runs.show(status=status)]), output=None)


@pytest.mark.parametrize(
    ("first", "again", "verdict"),
    [(200, 200, "recorded"), (403, 403, "refused"), (200, 403, "failed"), (404, 404, "failed")],
)
def test_the_verdict_of_a_request_is_its_status(first: int, again: int, verdict: CellVerdict) -> None:
    cell = Cell("zed", "zed", "a", answered(first), answered(again), statuses=(200, 403))
    assert cell.verdict == verdict
    assert cell.complaint == ("its status is not twice the same of 200, 403" if verdict == "failed" else "")


def test_a_role_that_a_release_lacks_is_no_failure() -> None:
    cell = Cell("zed", "zed", "a", role="manager", unavailable="Keystone of zed has no role manager")
    assert (cell.verdict, cell.good, cell.complaint) == ("unavailable", True, "")


def test_a_problem_counts_more_than_a_recording() -> None:
    cell = Cell("zed", "zed", "a", FINE, FINE, problems=(PROBLEM,), fails=True)
    assert (cell.verdict, cell.good, cell.complaint, cell.messages) == ("failed", False, "it failed", 8)


def test_a_client_of_another_release_may_deviate() -> None:
    deviates = recording("deviates")
    assert not Cell("zed", "zed", "a", deviates, deviates).good
    assert Cell("zed", "2026.2", "a", deviates, deviates).good


def test_a_request_without_an_answer_is_one_message() -> None:
    assert Cell("zed", "zed", "a", UNANSWERED).messages == 1
    assert Cell("zed", "zed", "a").messages == 0
